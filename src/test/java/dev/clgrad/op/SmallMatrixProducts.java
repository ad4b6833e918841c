package dev.clgrad.op;

import dev.clgrad.backend.KernelVariant;

/**
 * Every matrix product kernel, also those that the device would not get, with parameters and sizes
 * that a simulator can do. Run by {@code ci/oclgrind}.
 */
public final class SmallMatrixProducts {
  private static final String[] VARIANTS = {
    "forward",
    "tiles TILE_M=16 TILE_N=16 DEPTH=8 ITEM_M=4 ITEM_N=4",
    "units TILE_M=16 TILE_N=16 WARP_M=16 WARP_N=8 STAGES=3",
    "group_dots ROWS=4",
    "group_columns ROWS=4",
    "dots ROWS=4 DOT_COLUMNS=2",
    "columns ROWS=4",
    "blocks ROWS=4 VECTORS=2 DEPTH=8 BLOCK_ROWS=8 BLOCK_COLUMNS=16",
    "panels ROWS=4 VECTORS=2 DEPTH=8 BLOCK_ROWS=8 BLOCK_COLUMNS=16"
  };

  private SmallMatrixProducts() {}

  /** Checks them; throws where one is wrong. */
  public static void main(String[] args) {
    MatrixProductTest.open();
    MatrixProductTest test = new MatrixProductTest();
    for (String variant : VARIANTS) {
      test.check(KernelVariant.parse(variant), MatrixProductTest.sizes(9, 11, 7));
      System.out.println(variant + ": right");
    }
    // Parts of k that are added up.
    String split = "tiles TILE_M=16 TILE_N=16 DEPTH=4 ITEM_M=4 ITEM_N=4 GROUPS=64";
    test.check(KernelVariant.parse(split), MatrixProductTest.sizes(3, 35, 5));
    System.out.println(split + ": right");
    String halves = "subgroups TILE_M=16 TILE_N=16 WARP_M=8 WARP_N=16 DEPTH=16";
    new MatrixUnitsTest().check(KernelVariant.parse(halves), 9, 17, 19);
    System.out.println(halves + ": right");
  }
}
