# How our targets are made, so that each folder's CMakeLists.txt is a list of files and neighbours and holds no flags.
#
#   bpftracec_add_library(bpftracec_syntax
#     SOURCES lexer.cpp parser.cpp ...
#     DEPENDS bpftracec_diagnostics            # public: our libraries and deps::* targets whose headers ours include
#     [PRIVATE_DEPENDS deps::llvm ...])        # used in .cpp files only
#
# makes a static library whose users include its headers from the root of the repository:
# #include "bpftracec/syntax/parser.h".
#
#   bpftracec_add_executable(bpftracec SOURCES main.cpp DEPENDS bpftracec_driver)
#
# makes a program with the same flags.
#
#   bpftracec_add_unit_test(lexer_test
#     SOURCES lexer_test.cpp
#     [DEPENDS bpftracec_syntax]
#     [PREFIX unit.syntax.]                    # put before the names of the tests; the default is "unit."
#     [LABELS ...])
#
# makes a GoogleTest program (gtest and gmock, with their main()) and registers each of its tests with CTest. It does
# nothing where BPFTRACEC_BUILD_TESTS is off.
#
#   bpftracec_add_fuzzer(parse_fuzzer SOURCES parse_fuzzer.cpp DEPENDS bpftracec_syntax)
#
# makes a libFuzzer program, where BPFTRACEC_FUZZERS is on.
#
# The external libraries are called deps::llvm, deps::clang, deps::libbpf, ...: see Dependencies.cmake.

include_guard(GLOBAL)
include(GoogleTest)
include(Sanitizers)
include(Warnings)

function(_bpftracec_common_settings target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  # internal_error() says where it was called; that must not be a path of the machine that built us.
  target_compile_options(${target} PRIVATE "-fmacro-prefix-map=${bpftracec_SOURCE_DIR}/=")
  bpftracec_enable_warnings(${target})
  bpftracec_enable_sanitizers(${target})
endfunction()

function(bpftracec_add_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "bpftracec_add_library(${target}): wants SOURCES; unknown: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  add_library(${target} STATIC ${arg_SOURCES})
  target_include_directories(${target} PUBLIC ${bpftracec_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  _bpftracec_common_settings(${target})
endfunction()

function(bpftracec_add_executable target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "bpftracec_add_executable(${target}): wants SOURCES; unknown: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${bpftracec_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${arg_DEPENDS})
  _bpftracec_common_settings(${target})
endfunction()

function(bpftracec_add_unit_test target)
  if(NOT BPFTRACEC_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX" "SOURCES;DEPENDS;LABELS")
  if(NOT arg_PREFIX)
    set(arg_PREFIX "unit.")
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  bpftracec_add_executable(${target} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS} deps::gtest_main)
  # Before the test run rather than after the build: a build that only links tests stays free of running them.
  gtest_discover_tests(${target}
    TEST_PREFIX "${arg_PREFIX}" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABELS}")
endfunction()

function(bpftracec_add_fuzzer target)
  if(NOT BPFTRACEC_FUZZERS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  bpftracec_add_executable(${target} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
endfunction()
