// Kernels that do little, to time what is around them, and copies in several shapes.
__kernel void empty() {}

__kernel void ten(__global float *a, __global float *b, __global float *c, __global float *d, int e, int f, int g, int h,
                  int i, int j) {
  if (e < 0) a[0] = b[0] + c[0] + d[0] + (float)(f + g + h + i + j);
}

// Each item copies ITEMS float4, a whole grid apart.
__kernel void copy4(__global const float4 *from, __global float4 *to, int count) {
  int stride = get_global_size(0);
  for (int i = get_global_id(0); i < count; i += stride) to[i] = from[i];
}

__kernel void copy1(__global const float *from, __global float *to, int count) {
  int stride = get_global_size(0);
  for (int i = get_global_id(0); i < count; i += stride) to[i] = from[i];
}
