# The targets `format`, `format-check` and `lint`. All use LLVM 19's tools, since another major formats differently and
# knows other checks; where a tool is not installed, its target says how to get it.
#
# `lint` runs clang-tidy on each of our source files as a build step of its own: in parallel, and again only for a file
# whose object file was built again, which is when it or a header of it changed.

include_guard(GLOBAL)

find_program(BPFTRACEC_CLANG_FORMAT clang-format-19 PATHS "${BPFTRACEC_LLVM_PREFIX}/bin")
find_program(BPFTRACEC_CLANG_TIDY clang-tidy-19 PATHS "${BPFTRACEC_LLVM_PREFIX}/bin")

function(_bpftracec_missing_tool target package)
  add_custom_target(${target}
    COMMAND "${CMAKE_COMMAND}" -E echo "${target} wants ${package}: apt-get install ${package}, then configure again"
    COMMAND "${CMAKE_COMMAND}" -E false
    VERBATIM)
endfunction()

if(BPFTRACEC_CLANG_FORMAT)
  set(_list_sources
    "find bpftracec runtime-stub tests '(' -name '*.h' -o -name '*.cpp' -o -name '*.c' ')' -print0")
  add_custom_target(format
    COMMAND sh -c "${_list_sources} | xargs -0 -r -n 40 -P 0 '${BPFTRACEC_CLANG_FORMAT}' -i"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    COMMENT "Formatting"
    VERBATIM)
  add_custom_target(format-check
    COMMAND sh -c "${_list_sources} | xargs -0 -r -n 40 -P 0 '${BPFTRACEC_CLANG_FORMAT}' --dry-run -Werror"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    COMMENT "Checking the format"
    VERBATIM)
else()
  _bpftracec_missing_tool(format clang-format-19)
  _bpftracec_missing_tool(format-check clang-format-19)
endif()

# Sets `out` to all targets made in `folder` and below.
function(_bpftracec_targets_below folder out)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  get_property(subfolders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    _bpftracec_targets_below("${subfolder}" more)
    list(APPEND targets ${more})
  endforeach()
  set(${out} "${targets}" PARENT_SCOPE)
endfunction()

# clang-tidy counts on stderr what it found in other people's headers; only a file with something to say is heard.
set(_quietly "out=\$(\"\$@\" 2>&1) || { printf '%s\\n' \"\$out\"; exit 1; }")

# Called once all targets exist.
function(_bpftracec_add_lint)
  set(stamps)
  _bpftracec_targets_below("${PROJECT_SOURCE_DIR}" targets)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(NOT type MATCHES "^(STATIC_LIBRARY|OBJECT_LIBRARY|EXECUTABLE)$")
      continue()
    endif()
    get_target_property(source_dir ${target} SOURCE_DIR)
    get_target_property(binary_dir ${target} BINARY_DIR)
    get_target_property(sources ${target} SOURCES)
    foreach(source IN LISTS sources)
      get_filename_component(file "${source}" ABSOLUTE BASE_DIR "${source_dir}")
      file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${file}")
      file(RELATIVE_PATH in_folder "${source_dir}" "${file}")
      # Our own files, each once; not what is generated, and not sources outside their target's folder, whose object
      # files have names that are CMake's own affair.
      if(NOT name MATCHES "^(bpftracec|runtime-stub|tests)/.*\\.cpp$" OR in_folder MATCHES "^\\.\\.")
        continue()
      endif()
      set(stamp "${PROJECT_BINARY_DIR}/lint/${name}.stamp")
      if(stamp IN_LIST stamps)
        continue()
      endif()
      get_filename_component(stamp_dir "${stamp}" DIRECTORY)
      file(MAKE_DIRECTORY "${stamp_dir}")
      add_custom_command(
        OUTPUT "${stamp}"
        COMMAND sh -c "${_quietly}" sh "${BPFTRACEC_CLANG_TIDY}" --quiet -p "${PROJECT_BINARY_DIR}"
          --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument "${file}"
        COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
        DEPENDS "${binary_dir}/CMakeFiles/${target}.dir/${in_folder}.o" "${PROJECT_SOURCE_DIR}/.clang-tidy"
        COMMENT "Linting ${name}"
        VERBATIM)
      list(APPEND stamps "${stamp}")
    endforeach()
  endforeach()
  add_custom_target(lint DEPENDS ${stamps})
endfunction()

if(NOT BPFTRACEC_CLANG_TIDY)
  _bpftracec_missing_tool(lint clang-tidy-19)
elseif(CMAKE_GENERATOR STREQUAL "Ninja" AND CMAKE_EXPORT_COMPILE_COMMANDS)
  cmake_language(DEFER DIRECTORY "${PROJECT_SOURCE_DIR}" CALL _bpftracec_add_lint)
endif()
