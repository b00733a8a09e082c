# bpftracec_enable_sanitizers(TARGET): builds and links TARGET with the sanitizers that BPFTRACEC_SANITIZERS lists
# (for example "address,undefined"; empty: none), and for coverage-guided fuzzing where BPFTRACEC_FUZZERS is on.
#
# The runtime stub that goes into tools is never built so: tools are static executables, and the sanitizers' run-time
# libraries cannot be linked into those.

include_guard(GLOBAL)

function(bpftracec_enable_sanitizers target)
  if(BPFTRACEC_SANITIZERS)
    target_compile_options(${target} PRIVATE
      -fsanitize=${BPFTRACEC_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${BPFTRACEC_SANITIZERS})
  endif()
  if(BPFTRACEC_FUZZERS)
    # Coverage feedback without libFuzzer's main(), which only the fuzz targets link.
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
endfunction()
