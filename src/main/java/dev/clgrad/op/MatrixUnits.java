package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.Scheduler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether matrix products may use a GPU's matrix units ({@code matmul_units.cl}), and whether a
 * device has any that compute what they should. Off until it is asked for, as the units round
 * float32 operands.
 */
public final class MatrixUnits {
  static final String LARGE = "matmul.units.large";
  static final String SMALL = "matmul.units.small";

  private static final Logger LOG = LoggerFactory.getLogger(MatrixUnits.class);

  /** Products with fewer rows, columns or steps leave most of a tile empty. */
  private static final long LEAST = 32;

  /** Sizes of the product that a device is tried with: one whole tile and the edge of another. */
  private static final int TRIED_M = 70;

  private static final int TRIED_N = 66;
  private static final int TRIED_K = 48;

  private static final Map<Scheduler, Boolean> AVAILABLE =
      Collections.synchronizedMap(new WeakHashMap<>());

  private static volatile boolean allowed;

  private MatrixUnits() {}

  /** Allows them to all products from now on, or forbids them. */
  public static void allow(boolean allow) {
    allowed = allow;
  }

  /** Whether they are allowed. */
  public static boolean allowed() {
    return allowed;
  }

  /** Whether a product of operands of a dtype and of these sizes is computed by matrix units. */
  static boolean serve(Scheduler scheduler, DType dtype, long m, long n, long k) {
    return allowed
        && (dtype == DType.FLOAT32 || dtype.isReduced())
        && Math.min(Math.min(m, n), k) >= LEAST
        && available(scheduler);
  }

  /** Whether a device has matrix units that compute what they should, allowed or not. */
  static boolean available(Scheduler scheduler) {
    return AVAILABLE.computeIfAbsent(scheduler, s -> s.test(MatrixUnits::work));
  }

  /** Compiles and runs the kernels for each type on small integers, whose products are exact. */
  private static boolean work(Backend backend) {
    String vendor = backend.device().vendor().toLowerCase(Locale.ROOT);
    if (backend.runsTwins() || backend.limits().cpuType() || !vendor.contains("nvidia")) {
      LOG.info("{} has no matrix units that clgrad can use: products stay exact", backend.name());
      return false;
    }
    for (String unit : List.of("TF32", "F16", "BF16")) {
      String failure = tried(backend, unit);
      if (failure != null) {
        LOG.warn(
            "the matrix units of {} are left alone, and products stay exact: {} {}",
            backend.name(),
            unit,
            failure);
        return false;
      }
    }
    return true;
  }

  /** Why a type's kernel cannot be used; null if it can. */
  private static @Nullable String tried(Backend backend, String unit) {
    List<Buffer> buffers = new ArrayList<>();
    try {
      boolean wide = unit.equals("TF32");
      DType stored = wide ? DType.FLOAT32 : unit.equals("F16") ? DType.FLOAT16 : DType.BFLOAT16;
      buffers.add(backend.allocate(stored, TRIED_M * TRIED_K));
      buffers.add(backend.allocate(stored, TRIED_K * TRIED_N));
      buffers.add(backend.allocate(DType.FLOAT32, TRIED_M * TRIED_N));
      for (int operand = 0; operand < 2; operand++) {
        int length = (int) buffers.get(operand).length();
        Object elements = wide ? new float[length] : new short[length];
        for (int i = 0; i < length; i++) {
          float value = element(operand, i);
          if (elements instanceof float[] floats) {
            floats[i] = value;
          } else {
            ((short[]) elements)[i] = bits(unit, value);
          }
        }
        backend.write(buffers.get(operand), 0, elements, 0, length);
      }
      backend.launch(launch(unit, buffers));
      float[] y = new float[TRIED_M * TRIED_N];
      backend.read(buffers.get(2), 0, y, 0, y.length);
      for (int at = 0; at < y.length; at++) {
        float expected = 0;
        for (int l = 0; l < TRIED_K; l++) {
          expected +=
              element(0, at / TRIED_N * TRIED_K + l) * element(1, l * TRIED_N + at % TRIED_N);
        }
        if (y[at] != expected) {
          return "gives " + y[at] + " for " + expected + " at element " + at;
        }
      }
      return null;
    } catch (ClgradException e) {
      return "does not run: " + e.getMessage();
    } finally {
      buffers.forEach(backend::free);
    }
  }

  /** Integers from -3 to 3: exact in every type, and so are their products and sums. */
  private static float element(int operand, int index) {
    return (index * (operand == 0 ? 5 : 3) + index / 7) % 7 - 3;
  }

  /** The bits of a small integer. */
  private static short bits(String unit, float value) {
    return unit.equals("F16") ? halfBits((int) value) : (short) (Float.floatToIntBits(value) >> 16);
  }

  /** float16 of an integer from -3 to 3: sign, exponent with a bias of 15, 10 bits. */
  private static short halfBits(int value) {
    int magnitude = Math.abs(value);
    int bits = magnitude == 0 ? 0 : magnitude == 1 ? 15 << 10 : (16 << 10) + ((magnitude - 2) << 9);
    return (short) (value < 0 ? bits | 0x8000 : bits);
  }

  private static Launch launch(String unit, List<Buffer> buffers) {
    List<Arg> args = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      args.add(new Arg.Mem(buffers.get(i), 0, i == 2));
    }
    long[] numbers = {
      1, 1, TRIED_M, TRIED_N, TRIED_K, 0, 0, TRIED_K, 1, 0, 0, TRIED_N, 1, 1, TRIED_K
    };
    for (long number : numbers) {
      args.add(new Arg.I64(number));
    }
    String defines =
        " -DTILE_M=64 -DTILE_N=64 -DWARP_M=32 -DWARP_N=32 -DUNIT="
            + unit
            + " -DA_ALONG_K=1 -DB_ALONG_K=0";
    return new Launch(
        "matmul",
        ProgramSource.ofFile("matmul/matmul_units.cl", DType.FLOAT32, 2, defines),
        "matmul_units",
        args,
        new long[] {4 * 128},
        new long[] {128},
        call -> {
          throw new IllegalStateException("matrix units have no twin");
        });
  }
}
