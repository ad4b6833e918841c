// What the compilers of Intel's GPUs know by themselves: cl_intel_subgroup_matrix_multiply_accumulate, revision 1.1, for sub-groups of 16.
#define cl_intel_subgroup_matrix_multiply_accumulate 1
float8 __attribute__((overloadable, convergent)) intel_sub_group_f16_f16_matrix_mad_k16(short8 a, int8 b, float8 acc);
float8 __attribute__((overloadable, convergent)) intel_sub_group_bf16_bf16_matrix_mad_k16(short8 a, int8 b, float8 acc);
