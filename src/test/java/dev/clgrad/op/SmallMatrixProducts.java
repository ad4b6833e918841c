package dev.clgrad.op;

import dev.clgrad.backend.KernelVariant;

/**
 * Every matrix product kernel, also those that the device would not get, on sizes that a simulator
 * can do. Run by {@code ci/oclgrind}.
 */
public final class SmallMatrixProducts {
  private SmallMatrixProducts() {}

  /** Checks them; throws where one is wrong. */
  public static void main(String[] args) {
    MatrixProductTest.open();
    int count = 0;
    for (KernelVariant variant : MatrixProductTest.variants(true)) {
      new MatrixProductTest()
          .check(
              variant,
              MatrixProductTest.sizes(7, 9, 5),
              MatrixProductTest.sizes(1, 40, 18),
              MatrixProductTest.sizes(34, 35, 37));
      count++;
    }
    System.out.println(count + " variants of matrix products are right");
  }
}
