// PTX instructions within OpenCL C. Each build defines one name and is run by one warp of 32. Products are of matrices of
// small integers, which every format holds exactly: A(row, k) and B(k, column).

// NVIDIA documents `asm`; clang as such has no more than `__asm__` in OpenCL C.
#ifndef ASM
#define ASM asm
#endif
#define A(m, k) ((float)(((m) * 3 + (k) * 5) % 7 - 3))
#define B(k, n) ((float)(((k) * 2 + (n) * 3) % 5 - 2))
#define SHARED(p) ((uint)(size_t)(p))
#define ARGUMENTS __global const int *in, __global int *scratch, __global float *out

#ifdef LANE
__kernel void probe(ARGUMENTS) {
  uint lane;
  ASM volatile("mov.u32 %0, %%laneid;" : "=r"(lane));
  out[get_global_id(0)] = (float)lane;
}
#endif

#ifdef SHUFFLE
__kernel void probe(ARGUMENTS) {
  int lane = get_local_id(0), other;
  ASM volatile("shfl.sync.bfly.b32 %0, %1, 1, 31, 0xffffffff;" : "=r"(other) : "r"(lane));
  out[lane] = (float)other;
}
#endif

#ifdef REDUX
__kernel void probe(ARGUMENTS) {
  int lane = get_local_id(0), sum;
  ASM volatile("redux.sync.add.s32 %0, %1, 0xffffffff;" : "=r"(sum) : "r"(lane));
  out[lane] = (float)sum;
}
#endif

#ifdef CVT_BF16
__kernel void probe(ARGUMENTS) {
  int lane = get_local_id(0);
  uint both;
  ASM volatile("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"((float)lane), "f"(1.5f));
  out[lane] = as_float(both & 0xFFFF0000u) + as_float(both << 16);
}
#endif

#ifdef FMA_HALF2
__kernel void probe(ARGUMENTS) {
  int lane = get_local_id(0);
  __local uint near[32];
  vstore_half2((float2)((float)lane, 1.0f), lane, (__local half *)near);
  uint x = near[lane], y;
  ASM volatile("fma.rn.f16x2 %0, %1, %1, %1;" : "=r"(y) : "r"(x));
  near[lane] = y;
  float2 both = vload_half2(lane, (__local half *)near);
  out[lane] = both.x + both.y;
}
#endif

#ifdef NC_LOAD
__kernel void probe(ARGUMENTS) {
  int lane = get_local_id(0);
  int a, b, c, d;
  ASM volatile("ld.global.nc.L1::no_allocate.v4.s32 {%0, %1, %2, %3}, [%4];"
               : "=r"(a), "=r"(b), "=r"(c), "=r"(d)
               : "l"((ulong)(size_t)(in + lane / 4 * 4)));
  out[lane] = (float)(a + b + c + d);
}
#endif

#ifdef CP_ASYNC
__kernel void probe(ARGUMENTS) {
  __local int near[128] __attribute__((aligned(16)));
  int lane = get_local_id(0);
  if (lane < 16)
    ASM volatile("cp.async.cg.shared.global [%0], [%1], 16;"
                 : : "r"(SHARED(near + 4 * lane)), "l"((ulong)(size_t)(in + 4 * lane)) : "memory");
  ASM volatile("cp.async.commit_group;" : : : "memory");
  ASM volatile("cp.async.wait_group 0;" : : : "memory");
  barrier(CLK_LOCAL_MEM_FENCE);
  out[lane] = (float)near[63 - lane];
}
#endif

#ifdef MMA_TF32
__kernel void probe(ARGUMENTS) {
  int lane = get_local_id(0), g = lane >> 2, t = lane & 3;
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0;
  ASM volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
               : "r"(as_uint(A(g, t))), "r"(as_uint(A(g + 8, t))), "r"(as_uint(A(g, t + 4))),
                 "r"(as_uint(A(g + 8, t + 4))), "r"(as_uint(B(t, g))), "r"(as_uint(B(t + 4, g))));
  out[g * 8 + 2 * t] = c0;
  out[g * 8 + 2 * t + 1] = c1;
  out[(g + 8) * 8 + 2 * t] = c2;
  out[(g + 8) * 8 + 2 * t + 1] = c3;
}
#endif

// A and B in local memory as 16-bit numbers, rows of 16 and of WIDTH.
#ifdef BF16
#define PUT(p, i, x) (p)[i] = (ushort)(as_uint(x) >> 16)
#define TYPE "bf16"
#else
#define PUT(p, i, x) vstore_half(x, i, (__local half *)(p))
#define TYPE "f16"
#endif

#ifdef MMA_16
__kernel void probe(ARGUMENTS) {
  __local ushort a[16 * 16] __attribute__((aligned(16)));
  __local ushort b[16 * 8] __attribute__((aligned(16)));
  int lane = get_local_id(0), g = lane >> 2, t = lane & 3;
  for (int i = lane; i < 256; i += 32) PUT(a, i, A(i / 16, i % 16));
  for (int i = lane; i < 128; i += 32) PUT(b, i, B(i / 8, i % 8));
  barrier(CLK_LOCAL_MEM_FENCE);
  uint a0, a1, a2, a3, b0, b1;
#ifdef LDMATRIX
  ASM volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3)
               : "r"(SHARED(a + lane % 16 * 16 + lane / 16 * 8)) : "memory");
  ASM volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
               : "=r"(b0), "=r"(b1) : "r"(SHARED(b + lane % 16 * 8)) : "memory");
#else
  __local const uint *pairs = (__local const uint *)a;
  a0 = pairs[g * 8 + t];
  a1 = pairs[(g + 8) * 8 + t];
  a2 = pairs[g * 8 + t + 4];
  a3 = pairs[(g + 8) * 8 + t + 4];
  b0 = (uint)b[2 * t * 8 + g] | (uint)b[(2 * t + 1) * 8 + g] << 16;
  b1 = (uint)b[(2 * t + 8) * 8 + g] | (uint)b[(2 * t + 9) * 8 + g] << 16;
#endif
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0;
  ASM volatile("mma.sync.aligned.m16n8k16.row.col.f32." TYPE "." TYPE ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
               "{%8, %9}, {%0, %1, %2, %3};"
               : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
               : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
  out[g * 8 + 2 * t] = c0;
  out[g * 8 + 2 * t + 1] = c1;
  out[(g + 8) * 8 + 2 * t] = c2;
  out[(g + 8) * 8 + 2 * t + 1] = c3;
}
#endif

#define STORE_D \
  ASM volatile("wmma.store.d.sync.aligned.row." SHAPE ".shared.f32 [%0], {%1, %2, %3, %4, %5, %6, %7, %8}, %9;" \
               : : "r"(SHARED(d)), "f"(c0), "f"(c1), "f"(c2), "f"(c3), "f"(c4), "f"(c5), "f"(c6), "f"(c7), "r"(16) \
               : "memory"); \
  barrier(CLK_LOCAL_MEM_FENCE); \
  for (int i = lane; i < 256; i += 32) out[i] = d[i];

#ifdef WMMA_F16
#define SHAPE "m16n16k16"
__kernel void probe(ARGUMENTS) {
  __local ushort a[256] __attribute__((aligned(32)));
  __local ushort b[256] __attribute__((aligned(32)));
  __local float d[256] __attribute__((aligned(32)));
  int lane = get_local_id(0);
  for (int i = lane; i < 256; i += 32) {
    PUT(a, i, A(i / 16, i % 16));
    PUT(b, i, B(i / 16, i % 16));
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0, c6 = 0, c7 = 0;
  uint a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7;
  ASM volatile("wmma.load.a.sync.aligned.row.m16n16k16.shared.f16 {%0, %1, %2, %3, %4, %5, %6, %7}, [%8], %9;"
               : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3), "=r"(a4), "=r"(a5), "=r"(a6), "=r"(a7)
               : "r"(SHARED(a)), "r"(16) : "memory");
  ASM volatile("wmma.load.b.sync.aligned.row.m16n16k16.shared.f16 {%0, %1, %2, %3, %4, %5, %6, %7}, [%8], %9;"
               : "=r"(b0), "=r"(b1), "=r"(b2), "=r"(b3), "=r"(b4), "=r"(b5), "=r"(b6), "=r"(b7)
               : "r"(SHARED(b)), "r"(16) : "memory");
  ASM volatile("wmma.mma.sync.aligned.row.row.m16n16k16.f32.f32 {%0, %1, %2, %3, %4, %5, %6, %7}, "
               "{%8, %9, %10, %11, %12, %13, %14, %15}, {%16, %17, %18, %19, %20, %21, %22, %23}, "
               "{%0, %1, %2, %3, %4, %5, %6, %7};"
               : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3), "+f"(c4), "+f"(c5), "+f"(c6), "+f"(c7)
               : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7), "r"(b0), "r"(b1), "r"(b2),
                 "r"(b3), "r"(b4), "r"(b5), "r"(b6), "r"(b7));
  STORE_D
}
#endif

#ifdef WMMA_4
#ifdef BF16
#define SHAPE "m16n16k16"
#define DEPTH 16
#define ELEMENT ushort
#define KIND "bf16"
#else
#define SHAPE "m16n16k8"
#define DEPTH 8
#define ELEMENT float
#define KIND "tf32"
#undef PUT
#define PUT(p, i, x) (p)[i] = (x)
#endif
__kernel void probe(ARGUMENTS) {
  __local ELEMENT a[256] __attribute__((aligned(32)));
  __local ELEMENT b[256] __attribute__((aligned(32)));
  __local float d[256] __attribute__((aligned(32)));
  int lane = get_local_id(0);
  for (int i = lane; i < 16 * DEPTH; i += 32) {
    PUT(a, i, A(i / DEPTH, i % DEPTH));
    PUT(b, i, B(i / 16, i % 16));
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0, c6 = 0, c7 = 0;
  uint a0, a1, a2, a3, b0, b1, b2, b3;
  ASM volatile("wmma.load.a.sync.aligned.row." SHAPE ".shared." KIND " {%0, %1, %2, %3}, [%4], %5;"
               : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3) : "r"(SHARED(a)), "r"(DEPTH) : "memory");
  ASM volatile("wmma.load.b.sync.aligned.row." SHAPE ".shared." KIND " {%0, %1, %2, %3}, [%4], %5;"
               : "=r"(b0), "=r"(b1), "=r"(b2), "=r"(b3) : "r"(SHARED(b)), "r"(16) : "memory");
  ASM volatile("wmma.mma.sync.aligned.row.row." SHAPE ".f32." KIND "." KIND ".f32 {%0, %1, %2, %3, %4, %5, %6, %7}, "
               "{%8, %9, %10, %11}, {%12, %13, %14, %15}, {%0, %1, %2, %3, %4, %5, %6, %7};"
               : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3), "+f"(c4), "+f"(c5), "+f"(c6), "+f"(c7)
               : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1), "r"(b2), "r"(b3));
  STORE_D
}
#endif

#ifdef WGMMA
__kernel void probe(ARGUMENTS) {
  ASM volatile("wgmma.fence.sync.aligned;" : : : "memory");
  out[get_local_id(0)] = (float)get_local_id(0);
}
#endif
