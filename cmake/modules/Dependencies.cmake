# Finds what we build on and gives each a target deps::NAME. All that is missing is told in one message, with the
# Debian 12 package that brings it: someone who sets up a machine should not have to learn the list one error at a time.
#
#   deps::llvm        LLVM 19, shared (bpftracec/bpf only)      deps::clang       libclang's C interface, shared
#   deps::libbpf      libbpf, static                            deps::libelf      libelf, shared
#   deps::zlib        zlib, shared                              deps::fmt         fmt, shared
#   deps::cli11       CLI11, headers                            deps::rapidjson   RapidJSON, headers
#   deps::gtest_main  GoogleTest and GoogleMock with main()     deps::gtest       the same without
#
# The compiler links the shared libraries of its host. Tools link static ones, at the time when the compiler runs; that
# those are there is checked here as well, since nearly every test needs them.

include_guard(GLOBAL)

set(_missing "")

# Notes `what` (and the package that brings it) as missing unless `found` is true.
function(_want found what package)
  if(NOT found)
    list(APPEND _missing "  ${what}  ->  ${package}")
    list(APPEND BPFTRACEC_MISSING_PACKAGES ${package})
    set(_missing "${_missing}" PARENT_SCOPE)
    set(BPFTRACEC_MISSING_PACKAGES "${BPFTRACEC_MISSING_PACKAGES}" PARENT_SCOPE)
  endif()
endfunction()

# _dependency(NAME [INCLUDE DIR] [LINK item...]): the target deps::NAME.
function(_dependency name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "INCLUDE" "LINK")
  add_library(bpftracec_deps_${name} INTERFACE)
  add_library(deps::${name} ALIAS bpftracec_deps_${name})
  target_link_libraries(bpftracec_deps_${name} INTERFACE ${arg_LINK})
  if(arg_INCLUDE)
    target_include_directories(bpftracec_deps_${name} SYSTEM INTERFACE ${arg_INCLUDE})
  endif()
endfunction()

# LLVM 19, as one shared library: linking static LLVM takes minutes and the result a hundred megabytes. Debian's file
# asks for packages of its own (libedit, libxml2, ...) that only static LLVM needs, so it is read with those switched off.
set(BPFTRACEC_LLVM_PREFIX "/usr/lib/llvm-19" CACHE PATH "Where LLVM 19 and Clang 19 are installed")
find_path(BPFTRACEC_LLVM_INCLUDE_DIR llvm/Config/llvm-config.h
  PATHS "${BPFTRACEC_LLVM_PREFIX}/include" NO_DEFAULT_PATH)
find_library(BPFTRACEC_LLVM_LIBRARY NAMES LLVM-19 LLVM PATHS "${BPFTRACEC_LLVM_PREFIX}/lib" NO_DEFAULT_PATH)
_want("${BPFTRACEC_LLVM_LIBRARY}" "LLVM 19 (libLLVM-19.so)" llvm-19-dev)
_want("${BPFTRACEC_LLVM_INCLUDE_DIR}" "LLVM 19's headers" llvm-19-dev)

find_path(BPFTRACEC_CLANG_INCLUDE_DIR clang-c/Index.h PATHS "${BPFTRACEC_LLVM_PREFIX}/include" NO_DEFAULT_PATH)
find_library(BPFTRACEC_CLANG_LIBRARY NAMES clang-19 clang PATHS "${BPFTRACEC_LLVM_PREFIX}/lib" NO_DEFAULT_PATH)
_want("${BPFTRACEC_CLANG_LIBRARY}" "libclang 19 (libclang-19.so)" libclang-19-dev)
_want("${BPFTRACEC_CLANG_INCLUDE_DIR}" "libclang's header clang-c/Index.h" libclang-19-dev)

# Each library that is looked for twice is used twice: the compiler links the shared one, tools the static one.
foreach(entry IN ITEMS
    "bpf;libbpf-dev;bpf/libbpf.h" "elf;libelf-dev;gelf.h" "z;zlib1g-dev;zlib.h"
    "dw;libdw-dev;elfutils/libdwfl.h" "lzma;liblzma-dev;lzma.h" "bz2;libbz2-dev;bzlib.h")
  list(GET entry 0 name)
  list(GET entry 1 package)
  list(GET entry 2 header)
  string(TOUPPER "${name}" upper)
  find_path(BPFTRACEC_${upper}_INCLUDE_DIR ${header})
  find_library(BPFTRACEC_${upper}_STATIC lib${name}.a)
  find_library(BPFTRACEC_${upper}_SHARED lib${name}.so)
  _want("${BPFTRACEC_${upper}_INCLUDE_DIR}" "${header}" ${package})
  _want("${BPFTRACEC_${upper}_STATIC}" "lib${name}.a (static, for the tools)" ${package})
  _want("${BPFTRACEC_${upper}_SHARED}" "lib${name}.so" ${package})
endforeach()

find_package(fmt QUIET)
_want("${fmt_FOUND}" "fmt" libfmt-dev)
find_path(BPFTRACEC_CLI11_INCLUDE_DIR CLI/CLI.hpp)
_want("${BPFTRACEC_CLI11_INCLUDE_DIR}" "CLI11" libcli11-dev)
find_path(BPFTRACEC_RAPIDJSON_INCLUDE_DIR rapidjson/writer.h)
_want("${BPFTRACEC_RAPIDJSON_INCLUDE_DIR}" "RapidJSON" rapidjson-dev)

# What the compiler runs. It looks for them again when it runs; here they are told with the rest if they are missing.
find_program(BPFTRACEC_BPFTOOL bpftool PATHS /usr/sbin /usr/local/sbin)
_want("${BPFTRACEC_BPFTOOL}" "bpftool" bpftool)
find_program(BPFTRACEC_LLD NAMES ld.lld-19 ld.lld PATHS "${BPFTRACEC_LLVM_PREFIX}/bin")
_want("${BPFTRACEC_LLD}" "lld 19" lld-19)

if(BPFTRACEC_BUILD_TESTS)
  find_package(GTest QUIET)
  _want("${GTest_FOUND}" "GoogleTest" libgtest-dev)
  if(GTest_FOUND AND TARGET GTest::gmock)
    set(_gmock TRUE)
  else()
    set(_gmock FALSE)
  endif()
  _want("${_gmock}" "GoogleMock" libgmock-dev)
  find_program(BPFTRACEC_FILECHECK FileCheck PATHS "${BPFTRACEC_LLVM_PREFIX}/bin" NO_DEFAULT_PATH)
  _want("${BPFTRACEC_FILECHECK}" "FileCheck 19" llvm-19-tools)
  find_program(BPFTRACEC_CLANG clang PATHS "${BPFTRACEC_LLVM_PREFIX}/bin" NO_DEFAULT_PATH)
  _want("${BPFTRACEC_CLANG}" "Clang 19" clang-19)
endif()

if(_missing)
  list(JOIN _missing "\n" _missing)
  list(REMOVE_DUPLICATES BPFTRACEC_MISSING_PACKAGES)
  list(JOIN BPFTRACEC_MISSING_PACKAGES " " _packages)
  message(FATAL_ERROR
    "These are missing (what -> the Debian package that brings it):\n${_missing}\n"
    "On Debian 12:\n  apt-get install ${_packages}\n")
endif()

_dependency(llvm INCLUDE "${BPFTRACEC_LLVM_INCLUDE_DIR}" LINK "${BPFTRACEC_LLVM_LIBRARY}")

# libclang's headers lie beside LLVM's. Only bpftracec/bpf may see those, so clang-c is offered from a folder of its own.
set(_clang_include "${PROJECT_BINARY_DIR}/deps/clang-c/include")
file(MAKE_DIRECTORY "${_clang_include}")
file(CREATE_LINK "${BPFTRACEC_CLANG_INCLUDE_DIR}/clang-c" "${_clang_include}/clang-c" SYMBOLIC)
_dependency(clang INCLUDE "${_clang_include}" LINK "${BPFTRACEC_CLANG_LIBRARY}")

_dependency(zlib INCLUDE "${BPFTRACEC_Z_INCLUDE_DIR}" LINK "${BPFTRACEC_Z_SHARED}")
_dependency(libelf INCLUDE "${BPFTRACEC_ELF_INCLUDE_DIR}" LINK "${BPFTRACEC_ELF_SHARED}")
_dependency(libbpf INCLUDE "${BPFTRACEC_BPF_INCLUDE_DIR}" LINK "${BPFTRACEC_BPF_STATIC}" deps::libelf deps::zlib)
_dependency(fmt LINK fmt::fmt)
_dependency(cli11 INCLUDE "${BPFTRACEC_CLI11_INCLUDE_DIR}")
_dependency(rapidjson INCLUDE "${BPFTRACEC_RAPIDJSON_INCLUDE_DIR}")
if(BPFTRACEC_BUILD_TESTS)
  _dependency(gtest LINK GTest::gmock GTest::gtest)
  _dependency(gtest_main LINK GTest::gmock_main GTest::gmock GTest::gtest)
endif()
