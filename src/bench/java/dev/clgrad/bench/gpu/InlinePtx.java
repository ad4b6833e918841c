package dev.clgrad.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * PTX within OpenCL C: which instructions the driver's compiler takes, and whether they compute.
 */
final class InlinePtx {
  private static final int WARP = 32;
  private static final String SOURCE = "ptx.cl";

  private InlinePtx() {}

  static List<ProbeCase> cases() {
    List<ProbeCase> cases = new ArrayList<>();
    cases.add(ofWarp("%laneid", "-D LANE", i -> i));
    cases.add(ofWarp("%laneid by __asm__", "-D LANE -D ASM=__asm__", i -> i));
    cases.add(ofWarp("%laneid, CL3.0", "-D LANE -cl-std=CL3.0", i -> i));
    cases.add(ofWarp("shfl.sync", "-D SHUFFLE", i -> i ^ 1));
    cases.add(ofWarp("redux.sync", "-D REDUX", i -> WARP * (WARP - 1) / 2));
    cases.add(ofWarp("cvt.rn.bf16x2.f32", "-D CVT_BF16", i -> i + 1.5));
    cases.add(ofWarp("fma.rn.f16x2", "-D FMA_HALF2", i -> i * i + i + 2));
    cases.add(ofWarp("ld.global.nc.v4", "-D NC_LOAD", i -> 4 * (i / 4 * 4) + 6));
    cases.add(ofWarp("cp.async 16 bytes", "-D CP_ASYNC", i -> 63 - i));
    cases.add(product("mma.m16n8k8 tf32", "-D MMA_TF32", 8, 8));
    cases.add(product("mma.m16n8k16 f16", "-D MMA_16", 8, 16));
    cases.add(product("mma.m16n8k16 bf16", "-D MMA_16 -D BF16", 8, 16));
    cases.add(product("mma.m16n8k16 f16 with ldmatrix", "-D MMA_16 -D LDMATRIX", 8, 16));
    cases.add(product("mma.m16n8k16 bf16 with ldmatrix", "-D MMA_16 -D LDMATRIX -D BF16", 8, 16));
    cases.add(product("wmma.m16n16k16 f16", "-D WMMA_F16", 16, 16));
    cases.add(product("wmma.m16n16k16 bf16", "-D WMMA_4 -D BF16", 16, 16));
    cases.add(product("wmma.m16n16k8 tf32", "-D WMMA_4", 16, 8));
    cases.add(ofWarp("wgmma.fence (sm_90a)", "-D WGMMA", i -> i));
    return cases;
  }

  private static ProbeCase ofWarp(String name, String options, IntToDoubleFunction expected) {
    return new ProbeCase(
        "PTX " + name, session -> Features.ask(session, SOURCE, options, WARP, WARP, expected));
  }

  /** A product of 16 rows, with the numbers of the kernel's A and B. */
  private static ProbeCase product(String name, String options, int columns, int depth) {
    return new ProbeCase(
        "PTX " + name,
        session ->
            Features.ask(
                session,
                SOURCE,
                options,
                WARP,
                16 * columns,
                i -> {
                  double sum = 0;
                  for (int k = 0; k < depth; k++) {
                    int a = (i / columns * 3 + k * 5) % 7 - 3;
                    int b = (k * 2 + i % columns * 3) % 5 - 2;
                    sum += a * b;
                  }
                  return sum;
                }));
  }
}
