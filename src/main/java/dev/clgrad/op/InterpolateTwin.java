package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/** The kernels of {@code interpolate.cl} in Java. */
final class InterpolateTwin {
  private InterpolateTwin() {}

  /** Places and weights that one place of a result reads in a dimension. */
  private record Reads(int[] places, double[] weights) {
    static Reads forward(Interpolate.Dim d, long q, boolean nearest, boolean single) {
      int i = (int) d.lower(q);
      double part = nearest ? 0 : d.part(q, single);
      if (!(part > 0)) {
        return new Reads(new int[] {i}, new double[] {1});
      }
      int next = (int) Math.min(i + 1, d.in() - 1);
      return new Reads(new int[] {i, next}, new double[] {rest(part, single), part});
    }

    static Reads backward(Interpolate.Dim d, long p, boolean nearest, boolean single) {
      int first = (int) d.first(p);
      int many = Math.max(0, (int) d.last(p) - first + 1);
      int[] places = new int[many];
      double[] weights = new double[many];
      int count = 0;
      for (int q = first; q < first + many; q++) {
        long i = d.lower(q);
        double part = nearest ? 0 : d.part(q, single);
        double weight = i == p ? rest(part, single) : 0;
        weight += !nearest && Math.min(i + 1, d.in() - 1) == p ? part : 0;
        if (weight != 0) {
          places[count] = q;
          weights[count++] = single ? (float) weight : weight;
        }
      }
      return new Reads(Arrays.copyOf(places, count), Arrays.copyOf(weights, count));
    }

    private static double rest(double part, boolean single) {
      return single ? 1 - (float) part : 1 - part;
    }
  }

  static void forward(TwinCall call) {
    run(call, true);
  }

  static void backward(TwinCall call) {
    run(call, false);
  }

  private static void run(TwinCall call, boolean forward) {
    boolean single = call.dtype(1) == DType.FLOAT32;
    boolean nearest = call.integer(18) != 0;
    Reads[][] reads = new Reads[3][];
    int[] from = new int[3];
    for (int d = 0; d < 3; d++) {
      Interpolate.Dim dim = Interpolate.Dim.read(call, 3 + 5 * d);
      reads[d] = new Reads[(int) (forward ? dim.out() : dim.in())];
      for (int i = 0; i < reads[d].length; i++) {
        reads[d][i] =
            forward
                ? Reads.forward(dim, i, nearest, single)
                : Reads.backward(dim, i, nearest, single);
      }
      from[d] = (int) (forward ? dim.in() : dim.out());
    }
    int size1 = reads[1].length;
    int size2 = reads[2].length;
    call.parallel(
        call.integer(2) * reads[0].length * size1,
        Math.max(1, 2048 / Math.max(1, size2)),
        (begin, end) -> {
          for (int line = (int) begin; line < end; line++) {
            int plane = line / (reads[0].length * size1);
            Reads r0 = reads[0][line / size1 % reads[0].length];
            Reads r1 = reads[1][line % size1];
            for (int j = 0; j < size2; j++) {
              Reads r2 = reads[2][j];
              double sum = 0;
              for (int a = 0; a < r0.places.length; a++) {
                for (int b = 0; b < r1.places.length; b++) {
                  int at = (plane * from[0] + r0.places[a]) * from[1] + r1.places[b];
                  double w = r0.weights[a] * r1.weights[b];
                  w = single ? (float) w : w;
                  for (int c = 0; c < r2.places.length; c++) {
                    int index = call.offset(0) + at * from[2] + r2.places[c];
                    double weight = single ? (float) (w * r2.weights[c]) : w * r2.weights[c];
                    double value = weight * PoolTwin.get(call.array(0), index);
                    sum = single ? (float) sum + (float) value : sum + value;
                  }
                }
              }
              PoolTwin.put(call.array(1), call.offset(1) + line * size2 + j, sum);
            }
          }
        });
  }
}
