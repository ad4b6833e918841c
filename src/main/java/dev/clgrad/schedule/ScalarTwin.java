package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import java.util.Arrays;

/**
 * The twin of a function whose last parameter is a scalar, by that of the same function of tiles:
 * the scalar is a tile filled with it, which whoever runs many tiles fills once.
 *
 * @param tiles takes one input more, and no scalar
 */
public record ScalarTwin(PointwiseTwin tiles) implements PointwiseTwin {
  private static final Number[] NONE = {};

  @Override
  public void run(Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    Object[] all = Arrays.copyOf(in, in.length + 1);
    all[in.length] = Tiles.make(dtype);
    fill(dtype, scalars[0], all[in.length], n);
    runFilled(lanes, dtype, all, out, n);
  }

  /** Runs with the filled tile behind the inputs. */
  void runFilled(Lanes lanes, DType dtype, Object[] in, Object out, int n) {
    tiles.run(lanes, dtype, in, NONE, out, n);
  }

  /** Fills a tile with a scalar as a type holds it, which is also what a kernel makes of it. */
  static void fill(DType dtype, Number scalar, Object tile, int n) {
    switch (dtype) {
      case FLOAT16, BFLOAT16, FLOAT32 -> Arrays.fill((float[]) tile, 0, n, scalar.floatValue());
      case FLOAT64 -> Arrays.fill((double[]) tile, 0, n, scalar.doubleValue());
      case UINT8 -> Arrays.fill((long[]) tile, 0, n, scalar.longValue() & 0xff);
      case INT32 -> Arrays.fill((long[]) tile, 0, n, scalar.intValue());
      default -> Arrays.fill((long[]) tile, 0, n, scalar.longValue());
    }
  }
}
