# bpftracec_embed_templates(TARGET HEADER <path> NAMESPACE <namespace> FILES <file>...)
#
# Puts the bytes of each file into TARGET as a constant, so that the compiler needs no file of ours at run time to write
# a tool. In bpftracec/host/CMakeLists.txt:
#
#   bpftracec_embed_templates(bpftracec_host
#     HEADER bpftracec/host/templates.h
#     NAMESPACE bpftracec::host
#     FILES ${PROJECT_SOURCE_DIR}/templates/tool.cpp.in)
#
# and then, in TARGET's sources,
#
#   #include "bpftracec/host/templates.h"   // generated; declares: extern const std::string_view kToolCpp;
#
# The constant's name is made from the file's: without ".in", each word capitalised, after a k:
# tool.cpp.in -> kToolCpp, print_map.h.in -> kPrintMapH. A changed file is embedded anew by the next build.

include_guard(GLOBAL)

set(_BPFTRACEC_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/EmbedTemplatesScript.cmake")

function(bpftracec_embed_templates target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;NAMESPACE" "FILES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_HEADER OR NOT arg_NAMESPACE OR NOT arg_FILES)
    message(FATAL_ERROR "bpftracec_embed_templates(${target}): wants HEADER, NAMESPACE and FILES")
  endif()
  set(root "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(header "${root}/${arg_HEADER}")
  string(REGEX REPLACE "\\.h$" ".cpp" source "${header}")
  set(files)
  foreach(file IN LISTS arg_FILES)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND files "${file}")
  endforeach()

  add_custom_command(
    OUTPUT "${header}" "${source}"
    COMMAND "${CMAKE_COMMAND}"
      "-DHEADER=${header}" "-DSOURCE=${source}" "-DINCLUDE_AS=${arg_HEADER}" "-DNAMESPACE=${arg_NAMESPACE}"
      "-DFILES=${files}" -P "${_BPFTRACEC_EMBED_SCRIPT}"
    DEPENDS ${files} "${_BPFTRACEC_EMBED_SCRIPT}"
    COMMENT "Embedding templates into ${arg_HEADER}"
    VERBATIM)
  target_sources(${target} PRIVATE "${source}" "${header}")
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${root}>")
endfunction()
