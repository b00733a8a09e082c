# cmake -DSOURCE= -DWORK= -DSTUB= -DGENERATOR= -P this: builds the consumer in WORK, runs its tools, and holds rebuilds to
# what changed. WORK/build is kept from run to run, so that a second run compiles little.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

# A copy, since the script is going to be touched.
file(REMOVE_RECURSE "${WORK}/source")
file(COPY "${SOURCE}/" DESTINATION "${WORK}/source")

function(build)
  run(output "${CMAKE_COMMAND}" --build "${WORK}/build" --parallel 2)
endfunction()

function(built_at out tool)
  file(TIMESTAMP "${WORK}/build/${tool}" time "%s.%f")
  if(NOT time)
    message(FATAL_ERROR "${tool} was not built")
  endif()
  set(${out} "${time}" PARENT_SCOPE)
endfunction()

# expect_built(<what happened> [hello] [nested/answer]): builds, and asks that exactly these tools were made anew.
function(expect_built why)
  foreach(tool IN ITEMS hello nested/answer)
    built_at(before_${tool} ${tool})
  endforeach()
  build()
  foreach(tool IN ITEMS hello nested/answer)
    built_at(after ${tool})
    if(tool IN_LIST ARGN AND after STREQUAL before_${tool})
      message(FATAL_ERROR "${why}: ${tool} was not built again")
    elseif(NOT tool IN_LIST ARGN AND NOT after STREQUAL before_${tool})
      message(FATAL_ERROR "${why}: ${tool} was built again")
    endif()
  endforeach()
endfunction()

# Builds, and asks that this fails and leaves no `tool` behind.
function(expect_failed_build why tool)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK}/build" --target ${tool}-tool
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 1500)
  if(status EQUAL 0)
    message(FATAL_ERROR "${why}: the build succeeded")
  elseif(EXISTS "${WORK}/build/${tool}")
    message(FATAL_ERROR "${why}: the old ${tool} is still there after\n${output}")
  endif()
endfunction()

# A change that people make comes later than the tick of the clock in which the last build ended.
function(touch file)
  run(output "${CMAKE_COMMAND}" -E sleep 0.1)
  file(TOUCH "${file}")
endfunction()

run(output "${CMAKE_COMMAND}" -G "${GENERATOR}" -C "${WORK}/cache.cmake" -S "${WORK}/source" -B "${WORK}/build")
build()
expect_built("nothing changed")
touch("${WORK}/source/hello.bt")
expect_built("hello.bt changed" hello)
touch("${STUB}")
expect_built("the runtime stub changed" hello nested/answer)
expect_built("nothing changed since")

file(READ "${WORK}/source/hello.bt" script)
file(WRITE "${WORK}/source/hello.bt" "BEGIN {")
touch("${WORK}/source/hello.bt")
expect_failed_build("hello.bt is wrong" hello)
expect_failed_build("hello.bt is still wrong" hello)
file(WRITE "${WORK}/source/hello.bt" "${script}")
touch("${WORK}/source/hello.bt")
build()

expect_output("hello, world" "${WORK}/build/hello" world)
expect_output("42" "${WORK}/build/nested/answer")
