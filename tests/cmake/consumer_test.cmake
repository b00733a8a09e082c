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

expect_output("hello, world" "${WORK}/build/hello" world)
expect_output("42" "${WORK}/build/nested/answer")
