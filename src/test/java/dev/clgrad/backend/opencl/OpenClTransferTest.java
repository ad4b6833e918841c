package dev.clgrad.backend.opencl;

import static dev.clgrad.backend.opencl.OpenClFixture.floats;
import static dev.clgrad.backend.opencl.OpenClFixture.message;
import static dev.clgrad.backend.opencl.OpenClFixture.onDevice;
import static dev.clgrad.backend.opencl.OpenClFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.DeviceException;
import dev.clgrad.backend.Buffer;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Copies between host and device: every type, every range, and no wrong length. */
class OpenClTransferTest {
  @Test
  void transfersKeepEveryTypeAndRange() {
    onDevice(
        backend -> {
          Object[] arrays = {
            new float[] {1, -0f, Float.NaN, 4},
            new double[] {1, -0.0, Double.NaN, 4},
            new int[] {1, Integer.MIN_VALUE, -1, 4},
            new long[] {1, Long.MIN_VALUE, -1, 4},
            new byte[] {1, -128, -1, 4},
            new byte[] {0, 1, 1, 0},
            new short[] {1, -32768, -1, 4},
            new short[] {1, -32768, -1, 4}
          };
          DType[] types = {
            DType.FLOAT32,
            DType.FLOAT64,
            DType.INT32,
            DType.INT64,
            DType.UINT8,
            DType.BOOL,
            DType.FLOAT16,
            DType.BFLOAT16
          };
          for (int i = 0; i < types.length; i++) {
            Buffer buffer = backend.allocate(types[i], 4);
            backend.write(buffer, 0, arrays[i], 0, 4);
            Object copy = Array.newInstance(arrays[i].getClass().getComponentType(), 4);
            backend.read(buffer, 0, copy, 0, 4);
            assertTrue(Objects.deepEquals(arrays[i], copy), types[i].toString());
            backend.free(buffer);
          }
          Buffer buffer = floats(backend, 0, 1, 2, 3, 4, 5);
          backend.write(buffer, 1, new float[] {9, 8, 7, 6}, 1, 2);
          assertArrayEquals(new float[] {0, 8, 7, 3, 4, 5}, read(backend, buffer));
          float[] part = {-1, -1, -1};
          backend.read(buffer, 4, part, 1, 2);
          assertArrayEquals(new float[] {-1, 4, 5}, part);
          backend.write(buffer, 6, new float[0], 0, 0);
          assertArrayEquals(new float[] {0, 8, 7, 3, 4, 5}, read(backend, buffer));
          backend.free(buffer);
        });
  }

  @Test
  void largeTransfersGoThroughInPieces() {
    onDevice(
        backend -> {
          float[] values = new float[5 * (1 << 18) + 3];
          for (int i = 0; i < values.length; i++) {
            values[i] = i;
          }
          Buffer buffer = backend.allocate(DType.FLOAT32, values.length + 7);
          backend.write(buffer, 7, values, 0, values.length);
          float[] copy = new float[values.length + 1];
          values[0] = -1; // what was written is copied already
          backend.read(buffer, 7, copy, 1, values.length);
          values[0] = 0;
          assertArrayEquals(values, Arrays.copyOfRange(copy, 1, copy.length));
          backend.free(buffer);
        });
  }

  @Test
  void wrongLengthsNeverReachTheDriver() {
    onDevice(
        backend -> {
          Buffer buffer = floats(backend, 1, 2, 3, 4);
          Object[][] wrong = {
            {0L, new float[4], 0, 5},
            {0L, new float[5], 0, 5},
            {1L, new float[4], 0, 4},
            {0L, new float[4], 1, 4},
            {-1L, new float[4], 0, 1},
            {0L, new float[4], -1, 1},
            {0L, new float[4], 0, -1},
            {5L, new float[4], 0, 0},
            {Long.MAX_VALUE, new float[4], 0, 1},
            {0L, new float[4], Integer.MAX_VALUE, 1},
            {0L, new float[4], 0, Integer.MAX_VALUE},
            {0L, new double[4], 0, 2},
            {0L, new int[4], 0, 4},
            {0L, "text", 0, 1}
          };
          for (Object[] w : wrong) {
            String written =
                message(
                    DeviceException.class,
                    () -> backend.write(buffer, (long) w[0], w[1], (int) w[2], (int) w[3]));
            String got =
                message(
                    DeviceException.class,
                    () -> backend.read(buffer, (long) w[0], w[1], (int) w[2], (int) w[3]));
            assertTrue(written.contains("must lie inside") || written.contains("does not hold"));
            assertTrue(got.startsWith("read: "), got);
          }
          assertArrayEquals(new float[] {1, 2, 3, 4}, read(backend, buffer));
          backend.free(buffer);
        });
  }
}
