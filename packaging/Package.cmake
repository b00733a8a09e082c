# `cpack` (in the build folder) makes the .deb of the compiler.

set(CPACK_PACKAGE_NAME bpftracec)
set(CPACK_PACKAGE_VENDOR "The bpftracec authors")
set(CPACK_PACKAGE_CONTACT "The bpftracec authors <bpftracec@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Turns a bpftrace script into one static executable that traces on any Linux
host with BPF: nothing needs to be installed there.")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL compiler)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# The shared libraries that the compiler itself is linked with are found from its executable; what it runs and what it
# links tools with has to be told: a C++ compiler, the linker, bpftool and the static libraries. So have Clang's own headers
# (stddef.h), on which libclang's package does not depend.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "g++ | clang, lld-19, libclang-common-19-dev, bpftool, libbpf-dev, libelf-dev, zlib1g-dev, libc6-dev")

include(CPack)
