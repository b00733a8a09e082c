# The build tree has the layout of an install tree, so that the compiler finds what it needs beside its own executable
# in both, with one rule:
#
#   bin/bpftracec                          the compiler
#   lib/bpftracec/libruntime-stub.a        what every tool is linked with
#   include/bpftracec/rt/*.h               what generated C++ includes

if(TARGET bpftracec)
  set_target_properties(bpftracec PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  if(TARGET runtime-stub)
    # A compiler without its stub can build no tool.
    add_dependencies(bpftracec runtime-stub)
  endif()
endif()
if(TARGET runtime-stub)
  set_target_properties(runtime-stub PROPERTIES ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/bpftracec")
endif()

file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include/bpftracec")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/runtime-stub/include/bpftracec/rt" "${PROJECT_BINARY_DIR}/include/bpftracec/rt"
  SYMBOLIC)

# The names under which the targets are known outside, the same as those of an installed bpftracec.
if(TARGET bpftracec AND TARGET runtime-stub)
  add_executable(bpftracec::bpftracec ALIAS bpftracec)
  add_library(bpftracec::runtime-stub ALIAS runtime-stub)
endif()
