package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;
import dev.clgrad.op.ConvolutionTwin.Problem;

/**
 * The kernels of {@code convolution_depthwise.cl} in Java. An image is copied with its padding, so
 * that each tap reads it from another place on: a result is a linear combination of long ranges of
 * that copy, across the ends of lines. What then lies between the lines is left out.
 */
final class ConvolutionDepthwiseTwin {
  /** Results computed at a time; they stay in the cache. */
  private static final int CHUNK = 4096;

  /** The elements of a vector. */
  private static final int LANES = 16;

  private ConvolutionDepthwiseTwin() {}

  /**
   * The padded copy of an image for one phase. Places of one residue modulo the stride lie
   * together, so that neighboring results read neighbors.
   *
   * @param lengths of a residue's part, in each dimension
   * @param lows the first place of the input copied, in each dimension
   * @param residues how many parts there are
   */
  private record Lattice(
      Window[] windows, Window.Taps[] taps, int[] lengths, int[] lows, int residues) {

    static Lattice of(Window[] windows, Window.Taps[] taps) {
      int[] lengths = new int[3];
      int[] lows = new int[3];
      int residues = 1;
      for (int d = 0; d < 3; d++) {
        int mul = (int) windows[d].mul();
        int last = (taps[d].count() - 1) * taps[d].step();
        int reach = Math.abs(last) + 1;
        lows[d] = taps[d].base() + Math.min(0, last);
        lengths[d] = (int) windows[d].places() - 1 + (reach + mul - 1) / mul;
        residues *= mul;
      }
      return new Lattice(windows, taps, lengths, lows, residues);
    }

    boolean isEmpty() {
      return tapCount() == 0;
    }

    int tapCount() {
      return taps[0].count() * taps[1].count() * taps[2].count();
    }

    private int part() {
      return lengths[0] * lengths[1] * lengths[2];
    }

    /** Elements of the copy of one channel. */
    int size() {
      return residues * part();
    }

    /** Results with what lies between the lines. */
    int span() {
      return line((int) windows[0].places() - 1, (int) windows[1].places() - 1)
          + (int) windows[2].places();
    }

    /** Where a line of results begins. */
    int line(int j0, int j1) {
      return (j0 * lengths[1] + j1) * lengths[2];
    }

    /** Where each tap reads the first result's element, channel after channel. */
    int[] offsets(int channels) {
      int[] offsets = new int[channels * tapCount()];
      int at = 0;
      for (int c = 0; c < channels; c++) {
        for (int m0 = 0; m0 < taps[0].count(); m0++) {
          for (int m1 = 0; m1 < taps[1].count(); m1++) {
            for (int m2 = 0; m2 < taps[2].count(); m2++) {
              offsets[at++] = c * size() + offset(new int[] {m0, m1, m2});
            }
          }
        }
      }
      return offsets;
    }

    private int offset(int[] m) {
      int residue = 0;
      int quotient = 0;
      for (int d = 0; d < 3; d++) {
        int mul = (int) windows[d].mul();
        int place = taps[d].base() + m[d] * taps[d].step() - lows[d];
        residue = residue * mul + place % mul;
        quotient = quotient * lengths[d] + place / mul;
      }
      return residue * part() + quotient;
    }

    /** Whether each place of the copy is for one place of the input. */
    boolean isPlain() {
      return residues == 1;
    }

    /**
     * Copies the channel that begins at an element of x, where what is outside the image is zero
     * already.
     */
    void copyInside(Object x, int from, Object to, int at) {
      int in0 = (int) windows[0].in();
      int in1 = (int) windows[1].in();
      int in2 = (int) windows[2].in();
      int begin = Math.max(0, -lows[2]);
      int count = Math.min(lengths[2], in2 - lows[2]) - begin;
      for (int q0 = Math.max(0, -lows[0]); q0 < Math.min(lengths[0], in0 - lows[0]); q0++) {
        for (int q1 = Math.max(0, -lows[1]); q1 < Math.min(lengths[1], in1 - lows[1]); q1++) {
          int line = from + ((lows[0] + q0) * in1 + lows[1] + q1) * in2 + lows[2] + begin;
          if (count > 0) {
            copyLine(x, line, to, at + line(q0, q1) + begin, count);
          }
        }
      }
    }

    /** Copies the channel that begins at an element of x. */
    void copy(Object x, int from, Object to, int at) {
      int in0 = (int) windows[0].in();
      int in1 = (int) windows[1].in();
      int in2 = (int) windows[2].in();
      int mul0 = (int) windows[0].mul();
      int mul1 = (int) windows[1].mul();
      int mul2 = (int) windows[2].mul();
      for (int e0 = 0; e0 < mul0; e0++) {
        for (int e1 = 0; e1 < mul1; e1++) {
          for (int e2 = 0; e2 < mul2; e2++) {
            for (int q0 = 0; q0 < lengths[0]; q0++) {
              int s0 = lows[0] + q0 * mul0 + e0;
              for (int q1 = 0; q1 < lengths[1]; q1++) {
                int s1 = lows[1] + q1 * mul1 + e1;
                boolean inside = s0 >= 0 && s0 < in0 && s1 >= 0 && s1 < in1;
                int line = from + (s0 * in1 + s1) * in2;
                int size = inside ? in2 : 0;
                Patches.copy(x, line, lows[2] + e2, size, mul2, to, at, lengths[2]);
                at += lengths[2];
              }
            }
          }
        }
      }
    }
  }

  /** Copies a line; of known type, the JIT compiler does so at once. */
  private static void copyLine(Object from, int at, Object to, int toAt, int n) {
    if (to instanceof float[] floats) {
      System.arraycopy((float[]) from, at, floats, toAt, n);
    } else {
      System.arraycopy((double[]) from, at, (double[]) to, toAt, n);
    }
  }

  static void product(TwinCall call) {
    Problem p = Problem.read(call, 3);
    int phases = p.phases();
    Lattice[] lattices = new Lattice[phases];
    int largest = 0;
    int span = 0;
    for (int z = 0; z < phases; z++) {
      lattices[z] = Lattice.of(p.windows(), p.taps(z));
      largest = Math.max(largest, lattices[z].isEmpty() ? 0 : lattices[z].size());
      span = Math.max(span, lattices[z].isEmpty() ? 0 : lattices[z].span());
    }
    int[][] offsets = new int[phases][];
    for (int z = 0; z < phases; z++) {
      offsets[z] = lattices[z].isEmpty() ? new int[0] : lattices[z].offsets(p.channels());
    }
    int elements = p.channels() * largest;
    int results = span;
    Window[] w = p.windows();
    int volume = (int) (w[0].in() * w[1].in() * w[2].in());
    call.parallel(
        (long) p.batches() * p.groups(),
        Math.max(1, 8192 / Math.max(1, elements)),
        (begin, end) -> {
          Object copy = Patches.like(call.array(2), elements);
          Object sums = Patches.like(call.array(2), results);
          // One phase leaves the zeros around all images where they are.
          boolean zeros = phases == 1 && lattices[0].isPlain();
          for (int image = (int) begin; image < end; image++) {
            for (int z = 0; z < phases; z++) {
              for (int c = 0; c < p.channels() && !lattices[z].isEmpty(); c++) {
                int from = call.offset(0) + (image * p.channels() + c) * volume;
                if (zeros) {
                  lattices[z].copyInside(call.array(0), from, copy, c * lattices[z].size());
                } else {
                  lattices[z].copy(call.array(0), from, copy, c * lattices[z].size());
                }
              }
              images(call, p, lattices[z], offsets[z], new int[] {image, z}, copy, sums);
            }
          }
        });
  }

  /** The results of a group's image and phase. */
  private static void images(
      TwinCall call,
      Problem p,
      Lattice lattice,
      int[] offsets,
      int[] of,
      Object copy,
      Object sums) {
    Window[] w = p.windows();
    int image = of[0];
    int z = of[1];
    int out = (int) (w[0].out() * w[1].out() * w[2].out());
    Object weights = Patches.like(sums, offsets.length);
    int group = image % p.groups() * p.phases() + z;
    for (int r = 0; r < p.rows(); r++) {
      for (int l = 0; l < offsets.length; l++) {
        int at = call.offset(1) + p.weightAt(group, lattice.taps(), r, l);
        ConvolutionTwin.put(weights, l, call.array(1), at);
      }
      int span = lattice.isEmpty() ? 0 : lattice.span();
      for (int at = 0; at < span; at += CHUNK) {
        int n = Math.min(CHUNK, span - at);
        Patches.combine(call.lanes(), copy, at, offsets, weights, sums, at, n);
      }
      int y = call.offset(2) + (image * p.rows() + r) * out;
      if (p.phases() == 1 && !lattice.isEmpty()) {
        writeLines(call, lattice, y, sums);
      } else {
        write(call, p, lattice, z, y, sums);
      }
    }
  }

  /** The lines of all results, without what lies between them. */
  private static void writeLines(TwinCall call, Lattice lattice, int y, Object sums) {
    Object to = call.array(2);
    int out2 = (int) lattice.windows()[2].out();
    int at = y;
    for (int j0 = 0; j0 < lattice.windows()[0].out(); j0++) {
      for (int j1 = 0; j1 < lattice.windows()[1].out(); j1++) {
        copyLine(sums, lattice.line(j0, j1), to, at, out2);
        at += out2;
      }
    }
  }

  /** The lines of the results of a phase. */
  private static void write(TwinCall call, Problem p, Lattice lattice, int z, int y, Object sums) {
    Window[] w = p.windows();
    int div2 = (int) w[2].div();
    int first = (int) p.phase(z, 2);
    int count = (int) Math.max(0, (w[2].out() - first + div2 - 1) / div2);
    Object zeros = Patches.like(sums, lattice.isEmpty() ? count : 0);
    for (int j0 = 0; j0 < w[0].places(); j0++) {
      long q0 = j0 * w[0].div() + p.phase(z, 0);
      for (int j1 = 0; j1 < w[1].places(); j1++) {
        long q1 = j1 * w[1].div() + p.phase(z, 1);
        if (q0 >= w[0].out() || q1 >= w[1].out()) {
          continue;
        }
        int to = y + (int) ((q0 * w[1].out() + q1) * w[2].out()) + first;
        Object from = lattice.isEmpty() ? zeros : sums;
        int at = lattice.isEmpty() ? 0 : lattice.line(j0, j1);
        if (div2 == 1) {
          System.arraycopy(from, at, call.array(2), to, count);
        } else {
          for (int t = 0; t < count; t++) {
            ConvolutionTwin.put(call.array(2), to + t * div2, from, at + t);
          }
        }
      }
    }
  }

  static void weight(TwinCall call) {
    Problem p = Problem.read(call, 3);
    int after = 3 + Problem.PARAMETERS + 6;
    int images = (int) call.integer(after);
    int segments = (int) call.integer(after + 1);
    Lattice lattice = Lattice.of(p.windows(), p.taps(0));
    call.parallel(
        (long) segments * p.groups(),
        1,
        (begin, end) -> {
          int span = (lattice.span() + LANES - 1) / LANES * LANES;
          int size = p.channels() * lattice.size();
          // Whole vectors of dy, of which the last ones are zeros, go on behind the image.
          Object copy = Patches.like(call.array(2), size + LANES);
          Object dy = Patches.like(call.array(2), span);
          for (int task = (int) begin; task < end; task++) {
            int first = task / p.groups() * images;
            int[] of = {task, first, Math.min(first + images, p.batches())};
            segment(call, p, lattice, of, copy, dy);
          }
        });
  }

  /**
   * dw of a group over some images.
   *
   * @param of the segment and the group as one number, the first image and the end
   */
  private static void segment(
      TwinCall call, Problem p, Lattice lattice, int[] of, Object copy, Object dy) {
    Window[] w = p.windows();
    int volume = (int) (w[0].in() * w[1].in() * w[2].in());
    int places = (int) (w[0].out() * w[1].out() * w[2].out());
    int out2 = (int) w[2].out();
    int[] offsets = lattice.offsets(p.channels());
    double[] sums = new double[p.rows() * offsets.length];
    float[] dots = new float[offsets.length];
    for (int n = of[1]; n < of[2]; n++) {
      int image = n * p.groups() + of[0] % p.groups();
      for (int c = 0; c < p.channels(); c++) {
        int from = call.offset(1) + (image * p.channels() + c) * volume;
        if (lattice.isPlain()) {
          lattice.copyInside(call.array(1), from, copy, c * lattice.size());
        } else {
          lattice.copy(call.array(1), from, copy, c * lattice.size());
        }
      }
      for (int r = 0; r < p.rows(); r++) {
        int from = call.offset(0) + (image * p.rows() + r) * places;
        for (int j0 = 0; j0 < w[0].out(); j0++) {
          for (int j1 = 0; j1 < w[1].out(); j1++) {
            copyLine(call.array(0), from, dy, lattice.line(j0, j1), out2);
            from += out2;
          }
        }
        if (dy instanceof float[] floats) {
          float[] x = (float[]) copy;
          call.lanes().dots(floats, 0, x, 0, offsets, dots, floats.length);
          for (int l = 0; l < offsets.length; l++) {
            boolean finite = Float.isFinite(dots[l]);
            sums[r * offsets.length + l] += finite ? dots[l] : exact(lattice, dy, x, offsets[l]);
          }
          continue;
        }
        for (int l = 0; l < offsets.length; l++) {
          sums[r * offsets.length + l] += dot(call, lattice, dy, copy, offsets[l]);
        }
      }
    }
    int to = call.offset(2) + of[0] * sums.length;
    for (int l = 0; l < sums.length; l++) {
      if (call.array(2) instanceof float[] floats) {
        floats[to + l] = (float) sums[l];
      } else {
        call.doubles(2)[to + l] = sums[l];
      }
    }
  }

  private static double dot(TwinCall call, Lattice lattice, Object dy, Object x, int offset) {
    int n = lattice.span();
    double sum = call.lanes().dot((double[]) dy, 0, (double[]) x, offset, n);
    return Double.isFinite(sum) ? sum : exact(lattice, dy, x, offset);
  }

  /** The sum without the zeros between lines, which times infinity would be NaN. */
  private static double exact(Lattice lattice, Object dy, Object x, int offset) {
    double sum = 0;
    for (int j0 = 0; j0 < lattice.windows()[0].out(); j0++) {
      for (int j1 = 0; j1 < lattice.windows()[1].out(); j1++) {
        int line = lattice.line(j0, j1);
        for (int t = 0; t < lattice.windows()[2].out(); t++) {
          sum +=
              dy instanceof float[] floats
                  ? floats[line + t] * ((float[]) x)[offset + line + t]
                  : ((double[]) dy)[line + t] * ((double[]) x)[offset + line + t];
        }
      }
    }
    return sum;
  }
}
