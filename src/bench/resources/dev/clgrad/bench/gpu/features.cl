// What the compiler may take or refuse: each build defines one name. Every kernel reads 64 ints (0 to 63) and leaves 64
// floats; `scratch` has room for 64 x 16 bytes.

#ifdef PLAIN
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  out[i] = (float)in[i] * 2.0f + 1.0f;
}
#endif

#ifdef HALF_STORAGE
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  vstore_half((float)in[i] * 0.25f, i, (__global half *)scratch);
  out[i] = vload_half(i, (__global half *)scratch) * 4.0f;
}
#endif

#ifdef HALF_STORAGE4
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  vstore_half4_rte((float4)(in[i], 1.0f, 2.0f, 3.0f), i, (__global half *)scratch);
  float4 v = vload_half4(i, (__global half *)scratch);
  out[i] = v.x + v.y + v.z + v.w - 6.0f;
}
#endif

#ifdef HALF_ARITHMETIC
#ifdef PRAGMA
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#endif
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  half a = (half)(float)in[i];
  half b = a * (half)2.0f + (half)1.0f;
  out[i] = (float)b;
}
#endif

#ifdef DOUBLE
#ifdef PRAGMA
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  double a = (double)in[i] + 0x1p-40;
  out[i] = (float)((a - (double)in[i]) * 0x1p40 + a);
}
#endif

#ifdef BF16_SHIFTS
uint bf16_of(float x) {
  uint bits = as_uint(x);
  return (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
}
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  ((__global ushort *)scratch)[i] = (ushort)bf16_of((float)in[i] * 1.5f);
  out[i] = as_float((uint)((__global ushort *)scratch)[i] << 16);
}
#endif

#ifdef SUBGROUPS
#pragma OPENCL EXTENSION cl_khr_subgroups : enable
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  out[i] = (float)sub_group_reduce_add(in[i]) / (float)get_sub_group_size();
}
#endif

#ifdef GENERIC_POINTERS
float twice(const int *p) { return (float)*p * 2.0f; }
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  __local int near[64];
  int i = get_global_id(0);
  near[get_local_id(0)] = in[i];
  barrier(CLK_LOCAL_MEM_FENCE);
  out[i] = twice(in + i) + twice(near + get_local_id(0));
}
#endif

#ifdef LOCAL_ATOMICS
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  __local int sum;
  if (get_local_id(0) == 0) sum = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  atomic_add(&sum, in[get_global_id(0)]);
  barrier(CLK_LOCAL_MEM_FENCE);
  out[get_global_id(0)] = (float)sum;
}
#endif

#ifdef LONG_ATOMICS
#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  __local ulong sum;
  if (get_local_id(0) == 0) sum = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  atom_add(&sum, (ulong)in[get_global_id(0)] << 32);
  barrier(CLK_LOCAL_MEM_FENCE);
  out[get_global_id(0)] = (float)(sum >> 32);
}
#endif

#ifdef VECTORS
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  int4 a = ((__global const int4 *)in)[i / 4];
  int8 b = ((__global const int8 *)in)[i / 8];
  int16 c = ((__global const int16 *)in)[i / 16];
  int4 d = vload4(i / 4, in);
  out[i] = (float)(a.s0 + b.s7 + c.sf + d.s3);
}
#endif

#ifdef PRINTF
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  if (i == 7) printf("printf works: %d %.2f\n", in[i], 0.5f);
  out[i] = (float)in[i];
}
#endif

#ifdef WORK_GROUP_FUNCTIONS
__kernel void probe(__global const int *in, __global int *scratch, __global float *out) {
  int i = get_global_id(0);
  out[i] = (float)work_group_reduce_add(in[i]);
}
#endif

#ifdef LARGE_GROUP
__kernel __attribute__((reqd_work_group_size(64, 1, 1)))
void probe(__global const int *in, __global int *scratch, __global float *out) {
  __local float near[LOCAL_FLOATS];
  int i = get_global_id(0);
  near[LOCAL_FLOATS - 1 - i] = (float)in[i];
  barrier(CLK_LOCAL_MEM_FENCE);
  out[i] = near[LOCAL_FLOATS - 64 + i];
}
#endif
