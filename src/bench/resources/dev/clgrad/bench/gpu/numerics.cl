// How functions and arithmetic round. Each build defines F, a function of one float or of a vector of them.
#ifdef ELEMENTS
__kernel void scalar(__global const float *x, __global float *y) {
  int i = get_global_id(0);
  float v = x[i];
  y[i] = F(v);
}
__kernel void vector(__global const float *x, __global float *y) {
  int i = get_global_id(0);
  float4 v = vload4(i, x);
  vstore4(F(v), i, y);
}
#endif

#ifdef CONTRACTION
#ifdef OFF
#pragma OPENCL FP_CONTRACT OFF
#endif
#ifdef ON
#pragma OPENCL FP_CONTRACT ON
#endif
__kernel void probe(__global const float *x, __global float *y) {
  int i = get_global_id(0);
  float a = x[0];
  float product = a * a;
  y[i] = i == 0 ? a * a - x[1] : product - x[1];
}
#endif

#ifdef DENORMALS
__kernel void probe(__global const float *x, __global float *y) {
  int i = get_global_id(0);
  y[i] = x[i] * 0.5f;
}
#endif
