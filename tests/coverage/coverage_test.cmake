# cmake -DROOT= -P this: each row of the compiler's tables is named by some test. A diagnostic by the expected messages of a
# golden case or by a unit test; a builtin, a function and a probe kind by a script of a golden or run-time case.
cmake_minimum_required(VERSION 3.25)

# Diagnostics that no script can bring about in a test, each with its reason.
set(untested_diagnostics)

function(read_all variable)
  set(text "")
  foreach(file IN LISTS ARGN)
    # Not READ: scripts may hold NUL, at which a regular expression ends.
    file(STRINGS "${file}" content)
    string(APPEND text "\n${content}\n")
  endforeach()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# The first capture of `pattern` in each row of a table.
function(read_rows variable table pattern)
  file(STRINGS "${ROOT}/bpftracec/${table}" rows REGEX "^${pattern}")
  list(TRANSFORM rows REPLACE "^${pattern}.*$" "\\1")
  if(NOT rows)
    message(FATAL_ERROR "bpftracec/${table} has no rows like ${pattern}")
  endif()
  set(${variable} "${rows}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE expected_messages "${ROOT}/tests/golden/*.stderr")
file(GLOB_RECURSE unit_tests "${ROOT}/tests/unit/*.cpp")
file(GLOB_RECURSE scripts "${ROOT}/tests/golden/*.bt" "${ROOT}/tests/runtime/*.cases")
read_all(messages ${expected_messages})
read_all(units ${unit_tests})
read_all(script_text ${scripts})

set(missing "")
read_rows(diagnostics diagnostics/diagnostic_kind.def "DIAGNOSTIC[(]([A-Za-z]+),")
foreach(kind IN LISTS diagnostics)
  string(FIND "${messages}" "[${kind}]" in_messages)
  string(REGEX MATCH "DiagnosticKind::${kind}[^A-Za-z]" in_units "${units}")
  if(in_messages EQUAL -1 AND NOT in_units AND NOT kind IN_LIST untested_diagnostics)
    list(APPEND missing "diagnostic ${kind}: no golden case's .stderr has it, and no unit test")
  endif()
endforeach()

read_rows(builtins sema/builtin.def "BUILTIN_VARIABLE[(][A-Za-z]+, \"([a-zA-Z]+)\"")
list(TRANSFORM builtins REPLACE "^argN$" "arg0")
read_rows(functions sema/function.def "FUNCTION[(][A-Za-z]+, \"([a-z]+)\"")
read_rows(probes world/probe_kind.def "PROBE_KIND[(][A-Za-z]+, \"([a-z]+)\"")
foreach(word IN LISTS builtins functions probes)
  string(REGEX MATCH "[^a-zA-Z0-9_]${word}[^a-zA-Z0-9_]" found "${script_text}")
  if(NOT found)
    list(APPEND missing "'${word}': no script of a golden or run-time case uses it")
  endif()
endforeach()

if(missing)
  list(JOIN missing "\n" missing)
  message(FATAL_ERROR "${missing}")
endif()
list(LENGTH diagnostics diagnostic_count)
message("${diagnostic_count} diagnostics and all builtins, functions and probe kinds are tested")
