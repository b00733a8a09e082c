# bpftracec_enable_warnings(TARGET): the warnings that all our code, compiler and stub alike, is built with.
#
# They become errors with -DBPFTRACEC_WARNINGS_AS_ERRORS=ON, which every preset sets. Someone who builds us as a part of
# their own project with a compiler that we have not seen should get a build, not our idea of cleanliness.

include_guard(GLOBAL)

function(bpftracec_enable_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual
    # Says "anonymous" about the types that designated initialisers leave unmentioned; we leave them out on purpose.
    -Wno-missing-field-initializers
    # GCC 12 at -O3 invents paths through std::string and std::vector on which these would be true (GCC bug 105651 and its
    # relatives); without that optimisation, as in the dev preset, they speak.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-array-bounds;-Wno-restrict;-Wno-nonnull;-Wno-stringop-overflow;-Wno-stringop-overread>
    $<$<BOOL:${BPFTRACEC_WARNINGS_AS_ERRORS}>:-Werror>)
endfunction()
