# cmake -DBUILD= -DWORK= -DSCRIPT= -P this: makes the .deb, unpacks it, and has the compiler in it make a tool that runs.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

file(REMOVE_RECURSE "${WORK}")
run(output cpack --config "${BUILD}/CPackConfig.cmake" -G DEB -B "${WORK}/package")
file(GLOB deb "${WORK}/package/*.deb")
run(depends dpkg-deb --field "${deb}" Depends)
foreach(package IN ITEMS libllvm19 lld-19 bpftool libbpf-dev)
  if(NOT depends MATCHES "(^|[ ,])${package}($|[ ,])")
    message(FATAL_ERROR "the package does not depend on ${package}, only on: ${depends}")
  endif()
endforeach()

run(output dpkg-deb --extract "${deb}" "${WORK}/root")
run(output "${WORK}/root/usr/bin/bpftracec" --version)
run(output "${WORK}/root/usr/bin/bpftracec" -o "${WORK}/hello" "${SCRIPT}")
expect_output("hello, package" "${WORK}/hello" package)
