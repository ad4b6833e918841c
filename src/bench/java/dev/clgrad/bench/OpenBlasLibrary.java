package dev.clgrad.bench;

import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/**
 * The products of OpenBLAS, called from Java on arrays that exist. It stores matrices by columns: a
 * product of matrices by rows is the product of their transposes in the other order.
 */
final class OpenBlasLibrary implements Library {
  /** The system property by which netlib's wrapper is told what to load. */
  static final String LIBRARY_PROPERTY = "dev.ludovic.netlib.blas.nativeLib";

  /** OpenBLAS itself, whatever the system's choice of a BLAS is. */
  static final String LIBRARY = "libopenblas.so.0";

  private static final String AS_IT_IS = "N";
  private static final String TRANSPOSED = "T";

  private final NativeBLAS blas = NativeBLAS.getInstance();

  @Override
  public Workload prepare(Row row) throws Missing {
    if (!row.isGemm()) {
      throw new Missing("only products");
    }
    Gemm gemm = row.gemm();
    return gemm.doubles() ? doubles(gemm) : gemm.isVector() ? vector(gemm) : floats(gemm);
  }

  private Workload doubles(Gemm gemm) {
    double[] a = gemm.doublesOfA();
    double[] b = gemm.doublesOfB();
    double[] c = new double[gemm.sizeOfC()];
    return work(
        () ->
            blas.dgemm(
                AS_IT_IS,
                gemm.transposed() ? TRANSPOSED : AS_IT_IS,
                gemm.n(),
                gemm.m(),
                gemm.k(),
                1,
                b,
                gemm.n(),
                a,
                gemm.columns(),
                0,
                c,
                gemm.n()),
        () -> Gemm.meanSquare(c));
  }

  private Workload vector(Gemm gemm) {
    float[] a = gemm.a();
    float[] x = gemm.b();
    float[] y = new float[gemm.m()];
    return work(
        () -> blas.sgemv(TRANSPOSED, gemm.k(), gemm.m(), 1, a, gemm.k(), x, 1, 0, y, 1),
        () -> Gemm.meanSquare(y));
  }

  /** OpenBLAS has no product of batches: one call after another. */
  private Workload floats(Gemm gemm) {
    float[] a = gemm.a();
    float[] b = gemm.b();
    float[] c = new float[gemm.sizeOfC()];
    return work(
        () -> {
          for (int i = 0; i < gemm.batch(); i++) {
            blas.sgemm(
                AS_IT_IS,
                gemm.transposed() ? TRANSPOSED : AS_IT_IS,
                gemm.n(),
                gemm.m(),
                gemm.k(),
                1,
                b,
                i * gemm.k() * gemm.n(),
                gemm.n(),
                a,
                i * gemm.m() * gemm.k(),
                gemm.columns(),
                0,
                c,
                i * gemm.m() * gemm.n(),
                gemm.n());
          }
        },
        () -> Gemm.meanSquare(c));
  }

  private static Workload work(Runnable once, DoubleSupplier checked) {
    return new Workload() {
      @Override
      public void run() {
        once.run();
      }

      @Override
      public double check() {
        once.run();
        return checked.getAsDouble();
      }
    };
  }

  @Override
  public String version() {
    return "OpenBLAS through netlib 3.0.3: " + file() + ", " + Subject.PROCESSORS + " threads";
  }

  /** The file that was loaded, whose name has the version. */
  private static String file() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains("openblas"))
          .map(line -> line.substring(line.lastIndexOf('/') + 1))
          .findFirst()
          .orElse(LIBRARY);
    } catch (IOException e) {
      // Not Linux: the name has to do.
      return LIBRARY;
    }
  }
}
