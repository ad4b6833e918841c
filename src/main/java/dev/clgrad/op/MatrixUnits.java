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
 * Whether matrix products may use a GPU's matrix units ({@code matmul_units.cl}, {@code
 * matmul_subgroups.cl}), and whether a device has any that compute what they should. Off until it
 * is asked for, as the units round float32 operands.
 */
public final class MatrixUnits {
  static final String LARGE = "matmul.units.large";
  static final String SMALL = "matmul.units.small";
  private static final String SUB_GROUPS_LARGE = "matmul.subgroups.large";
  private static final String SUB_GROUPS_SMALL = "matmul.subgroups.small";

  /** Whose units a device has, which decides on the kernel. */
  enum Kind {
    NONE,

    /** NVIDIA's: TF32 as well as numbers of 16 bits. */
    WARPS,

    /** Intel's, with sub-groups of 16: numbers of 16 bits. */
    SUB_GROUPS
  }

  private static final Logger LOG = LoggerFactory.getLogger(MatrixUnits.class);

  /** Products with fewer rows, columns or steps leave most of a tile empty. */
  private static final long LEAST = 32;

  /** Sizes of the product that a device is tried with: one whole tile and the edge of another. */
  private static final int TRIED_M = 70;

  private static final int TRIED_N = 66;
  private static final int TRIED_K = 48;

  private static final Map<Scheduler, Kind> KINDS =
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
    if (!allowed || Math.min(Math.min(m, n), k) < LEAST) {
      return false;
    }
    return switch (kind(scheduler)) {
      case NONE -> false;
      case WARPS -> dtype == DType.FLOAT32 || dtype.isReduced();
      case SUB_GROUPS -> dtype.isReduced();
    };
  }

  /** What the table of variants calls products that a device's matrix units compute. */
  static String problem(Scheduler scheduler, boolean large) {
    return kind(scheduler) == Kind.SUB_GROUPS
        ? (large ? SUB_GROUPS_LARGE : SUB_GROUPS_SMALL)
        : (large ? LARGE : SMALL);
  }

  /** Which matrix units of a device compute what they should, allowed or not. */
  static Kind kind(Scheduler scheduler) {
    return KINDS.computeIfAbsent(scheduler, s -> s.ask(MatrixUnits::tried));
  }

  /** Compiles and runs the kernels for each type on small integers, whose products are exact. */
  private static Kind tried(Backend backend) {
    String vendor = backend.device().vendor().toLowerCase(Locale.ROOT);
    Kind kind = vendor.contains("nvidia") ? Kind.WARPS : Kind.SUB_GROUPS;
    if (backend.runsTwins()
        || backend.limits().cpuType()
        || (kind == Kind.SUB_GROUPS && !vendor.contains("intel"))) {
      LOG.info("{} has no matrix units that clgrad can use: products stay exact", backend.name());
      return Kind.NONE;
    }
    boolean warps = kind == Kind.WARPS;
    for (String unit : warps ? List.of("TF32", "F16", "BF16") : List.of("F16", "BF16")) {
      String failure = tried(backend, kind, unit, warps ? "" : " -DNEEDS_UNITS=1");
      if (failure != null) {
        LOG.warn(
            "the matrix units of {} are left alone, and products stay exact: {} {}",
            backend.name(),
            unit,
            failure);
        return Kind.NONE;
      }
    }
    return kind;
  }

  /**
   * Why a type's kernel cannot be used; null if it can.
   *
   * @param defines further macros: {@code NEEDS_UNITS} where single multiplications will not do
   */
  static @Nullable String tried(Backend backend, Kind kind, String unit, String defines) {
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
      backend.launch(launch(kind, unit, defines, buffers));
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

  private static Launch launch(Kind kind, String unit, String macros, List<Buffer> buffers) {
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
            + " -DA_ALONG_K=1 -DB_ALONG_K=0"
            + macros;
    boolean warps = kind == Kind.WARPS;
    String kernel = warps ? "matmul_units" : "matmul_subgroups";
    long items = warps ? 128 : 64;
    return new Launch(
        "matmul",
        ProgramSource.ofFile("matmul/" + kernel + ".cl", DType.FLOAT32, warps ? 2 : 1, defines),
        kernel,
        args,
        new long[] {4 * items},
        new long[] {items},
        call -> {
          throw new IllegalStateException("matrix units have no twin");
        });
  }
}
