package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Clgrad;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.DataException;
import dev.clgrad.Device;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Philox against its published values, and what is made of it on the chosen device and the CPU. */
class RandomTest {
  private static Scheduler scheduler;

  @BeforeAll
  static void open() {
    scheduler = new Scheduler(Selection.open(Selection.configuredPolicy()).backend());
  }

  /** The known-answer vectors of the Random123 library, file kat_vectors, philox4x32 10. */
  @Test
  void givesThePublishedWords() {
    assertWords("6627e8d5 e169c58d bc57ac4c 9b00dbd8", 0, 0, 0);
    assertWords("408f276d 41c83b0e a20bc7c6 6d5451fd", -1, -1, -1);
    assertWords(
        "d16cfe09 94fdcceb 5001e420 24126ea1",
        0x299f31d0a4093822L,
        0x0370734413198a2eL,
        0x85a308d3243f6a88L);
  }

  private static void assertWords(String expected, long seed, long stream, long block) {
    int[] words = new int[4];
    Variable y = Random.bits(scheduler, Shape.of(4), seed, stream, block);
    scheduler.read("read", y.value(), words);
    assertEquals(
        expected,
        String.format(Locale.ROOT, "%08x %08x %08x %08x", words[0], words[1], words[2], words[3]),
        "block " + block + " of stream " + stream + " and seed " + seed);
  }

  @Test
  void takesBlocksInTheOrderOfTheCalls() {
    Clgrad.manualSeed(5);
    float[] parts = new float[12];
    System.arraycopy(Tensor.rand(8).toFloatArray(), 0, parts, 0, 8);
    System.arraycopy(Tensor.rand(4).toFloatArray(), 0, parts, 8, 4);
    Clgrad.manualSeed(5);
    assertArrayEquals(Tensor.rand(12).toFloatArray(), parts);
    assertEquals(5, Clgrad.initialSeed());
  }

  @Test
  void aCallReservesItsNumbersBeforeTheyAreComputed() {
    Clgrad.manualSeed(6);
    Tensor first = Tensor.rand(3);
    Tensor second = Tensor.rand(3);
    float[] late = second.toFloatArray();
    Clgrad.manualSeed(6);
    assertArrayEquals(Tensor.rand(3).toFloatArray(), first.toFloatArray());
    assertArrayEquals(Tensor.rand(3).toFloatArray(), late);
  }

  @Test
  void uniformNumbersAndIntegersAreTheSameOnEveryDevice() {
    Device cpu = Device.of("cpu");
    Device device = Device.getDefault();
    for (int n : new int[] {0, 1, 3, 1001, 20_003}) {
      Shape shape = Shape.of(n);
      Clgrad.manualSeed(n);
      float[] floats = Tensor.rand(shape, DType.FLOAT32, cpu).toFloatArray();
      double[] doubles = Tensor.rand(shape, DType.FLOAT64, cpu).toDoubleArray();
      long[] longs = Tensor.randint(-3, 1_000_000_000_000L, shape, cpu).toLongArray();
      Clgrad.manualSeed(n);
      assertArrayEquals(floats, Tensor.rand(shape, DType.FLOAT32, device).toFloatArray());
      assertArrayEquals(doubles, Tensor.rand(shape, DType.FLOAT64, device).toDoubleArray());
      assertArrayEquals(longs, Tensor.randint(-3, 1_000_000_000_000L, shape, device).toLongArray());
    }
  }

  @Test
  void normalNumbersAgreeWithinTheStatedBound() {
    Device cpu = Device.of("cpu");
    Device device = Device.getDefault();
    Shape shape = Shape.of(50_001);
    Clgrad.manualSeed(7);
    float[] floats = Tensor.randn(shape, DType.FLOAT32, cpu).toFloatArray();
    double[] doubles = Tensor.randn(shape, DType.FLOAT64, cpu).toDoubleArray();
    Clgrad.manualSeed(7);
    float[] floatsHere = Tensor.randn(shape, DType.FLOAT32, device).toFloatArray();
    double[] doublesHere = Tensor.randn(shape, DType.FLOAT64, device).toDoubleArray();
    for (int i = 0; i < floats.length; i++) {
      assertEquals(
          floats[i], floatsHere[i], Random.NORMAL_MAX_ULP * Math.ulp(floats[i]), "at " + i);
      assertEquals(
          doubles[i], doublesHere[i], Random.NORMAL_MAX_ULP * Math.ulp(doubles[i]), "at " + i);
    }
  }

  @Test
  void numbersAreDistributedAsTheyShould() {
    Clgrad.manualSeed(8);
    int n = 200_000;
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      double[] uniform = Tensor.rand(Shape.of(n), dtype, Device.getDefault()).toDoubleArray();
      for (double u : uniform) {
        assertTrue(u >= 0 && u < 1, "uniform " + u);
      }
      // Five standard errors: a mistake in the method is far larger.
      assertEquals(0.5, moment(uniform, 1), 5 * Math.sqrt(1 / 12.0 / n));
      assertEquals(1 / 3.0, moment(uniform, 2), 5 * Math.sqrt(4 / 45.0 / n));
      double[] normal = Tensor.randn(Shape.of(n), dtype, Device.getDefault()).toDoubleArray();
      assertEquals(0, moment(normal, 1), 5 / Math.sqrt(n));
      assertEquals(1, moment(normal, 2), 5 * Math.sqrt(2.0 / n));
      assertEquals(0, moment(normal, 3), 5 * Math.sqrt(15.0 / n));
      assertEquals(3, moment(normal, 4), 5 * Math.sqrt(96.0 / n));
    }
    long[] counts = new long[7];
    for (long v : Tensor.randint(-2, 5, n).toLongArray()) {
      counts[(int) v + 2]++;
    }
    for (long count : counts) {
      assertEquals(n / 7.0, (double) count, 5 * Math.sqrt(n * 6 / 49.0));
    }
  }

  private static double moment(double[] x, int power) {
    double sum = 0;
    for (double v : x) {
      sum += Math.pow(v, power);
    }
    return sum / x.length;
  }

  @Test
  void refusesWhatIsNoDistribution() {
    Shape shape = Shape.of(2);
    Device device = Device.getDefault();
    DTypeException e =
        assertThrows(DTypeException.class, () -> Tensor.rand(shape, DType.INT64, device));
    assertTrue(e.getMessage().startsWith("rand: "), e.getMessage());
    assertThrows(DTypeException.class, () -> Tensor.randn(shape, DType.BOOL, device));
    assertThrows(DataException.class, () -> Tensor.randint(3, 3, 2));
  }
}
