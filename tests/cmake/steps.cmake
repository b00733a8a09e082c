# What the test scripts of this folder share.

# run(OUT COMMAND...): runs it, fails the test with all it said if it fails, and sets OUT to its standard output.
function(run out)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors TIMEOUT 1500)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nfailed (${status}):\n${output}${errors}")
  endif()
  set(${out} "${output}" PARENT_SCOPE)
endfunction()

# expect_output(EXPECTED TOOL ARGUMENT...): runs a tool, which takes root; without, says so and skips the test.
function(expect_output expected)
  run(user id -u)
  if(NOT user EQUAL 0)
    message("SKIPPED: everything is built, but running a tool takes root")
    return()
  endif()
  run(output ${ARGN})
  if(NOT output MATCHES "(^|\n)${expected}\n")
    message(FATAL_ERROR "${ARGN}: expected '${expected}', got:\n${output}")
  endif()
endfunction()
