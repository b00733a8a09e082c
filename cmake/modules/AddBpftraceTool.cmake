# add_bpftrace_tool(<name> SCRIPT <file.bt>
#                   [OPTIONS <option>...]
#                   [DEPENDS <file or target>...])
#
# Compiles a bpftrace script into the static executable <name> in the current binary folder, as a part of `all`.
#
#   find_package(bpftracec REQUIRED)
#   add_bpftrace_tool(opens SCRIPT opens.bt)
#
# SCRIPT and DEPENDS are relative to the current source folder. OPTIONS go to the compiler as they are, one argument
# each: OPTIONS -q --name opens. DEPENDS names what else the tool is made from, such as a rule that writes
# the script. The tool is built again when the script, one of these, the options, the compiler or
# the runtime stub changed, and otherwise left alone.
#
# <name> can be used like any executable's target, and so brings its build along:
#
#   add_test(NAME opens COMMAND opens --dry-run)
#   install(PROGRAMS $<TARGET_FILE:opens> DESTINATION sbin)
#   add_dependencies(my_tests opens)
#
# To build it alone: cmake --build DIR --target <name>-tool.
#
# The same function serves a project that has bpftracec as a sub-folder: add_subdirectory(bpftracec).

include_guard(GLOBAL)

function(add_bpftrace_tool name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SCRIPT" "OPTIONS;DEPENDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_bpftrace_tool(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SCRIPT)
    message(FATAL_ERROR "add_bpftrace_tool(${name}): SCRIPT is missing")
  endif()
  if(NOT TARGET bpftracec::bpftracec OR NOT TARGET bpftracec::runtime-stub)
    message(FATAL_ERROR "add_bpftrace_tool(${name}): find_package(bpftracec) or add_subdirectory() of its sources first")
  endif()

  # Whether these files exist is not asked here: they may come from rules of the caller's own.
  get_filename_component(script "${arg_SCRIPT}" ABSOLUTE)
  set(depends)
  foreach(item IN LISTS arg_DEPENDS)
    if(NOT TARGET "${item}")
      get_filename_component(item "${item}" ABSOLUTE)
    endif()
    list(APPEND depends "${item}")
  endforeach()

  # A compiler of the same build is a target, to be built first; an installed one is a file that another install may
  # replace. Named both ways, a new compiler builds the tools anew in either case.
  #
  # The old tool goes first: where the script does not compile, nothing may run that was made from another one.
  set(tool "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}-tool.built")
  add_custom_command(
    OUTPUT "${tool}" "${stamp}"
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${tool}" "${stamp}"
    COMMAND bpftracec::bpftracec ${arg_OPTIONS} -o "${tool}" "${script}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS "${script}" ${depends}
      bpftracec::bpftracec "$<TARGET_FILE:bpftracec::bpftracec>" "$<TARGET_FILE:bpftracec::runtime-stub>"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMENT "Compiling bpftrace tool ${name}"
    VERBATIM)

  # The target that builds cannot have the tool's name as well: in the top folder, Ninja takes it for the file. Nor can
  # it depend on the tool's file: CMake sees there the executable ${name}, which depends on this target. Hence the stamp.
  add_custom_target(${name}-tool ALL DEPENDS "${stamp}")
  add_executable(${name} IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${tool}")
  add_dependencies(${name} ${name}-tool)
endfunction()
