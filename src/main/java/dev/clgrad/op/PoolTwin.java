package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/** The loops of the pooling kernels' Java twins. */
record PoolTwin(TwinCall call, int planes, PoolShape.Dim d0, PoolShape.Dim d1) {
  /** Elements worth another thread. */
  private static final long GRAIN = 4096;

  /** What is computed for an element of a result. */
  interface Element {
    /**
     * Computes one element.
     *
     * @param item its number
     * @param plane the number of its plane
     * @param i its place in the first dimension
     * @param j its place in the second
     */
    void compute(int item, int plane, int i, int j);
  }

  /** From the parameters of a launch. */
  static PoolTwin read(TwinCall call, int at) {
    return new PoolTwin(
        call,
        (int) call.integer(at),
        PoolShape.Dim.read(call, at + 1),
        PoolShape.Dim.read(call, at + 7));
  }

  int inputPlane() {
    return (int) (d0.in() * d1.in());
  }

  int outputPlane() {
    return (int) (d0.out() * d1.out());
  }

  /** Computes the elements of y. */
  void outputs(Element element) {
    loop((int) d0.out(), (int) d1.out(), element);
  }

  /** Computes the elements of dx. */
  void inputs(Element element) {
    loop((int) d0.in(), (int) d1.in(), element);
  }

  private void loop(int size0, int size1, Element element) {
    call.parallel(
        (long) planes * size0,
        Math.max(1, GRAIN / Math.max(size1, 1)),
        (begin, end) -> {
          for (int line = (int) begin; line < end; line++) {
            for (int j = 0; j < size1; j++) {
              element.compute(line * size1 + j, line / size0, line % size0, j);
            }
          }
        });
  }

  static double get(Object array, int index) {
    return array instanceof float[] floats ? floats[index] : ((double[]) array)[index];
  }

  static void put(Object array, int index, double value) {
    if (array instanceof float[] floats) {
      floats[index] = (float) value;
    } else {
      ((double[]) array)[index] = value;
    }
  }
}
