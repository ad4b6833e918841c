package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.diagram.Pictures;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import dev.clgrad.schedule.Counters;
import dev.clgrad.schedule.LaunchDescription;
import dev.clgrad.schedule.LaunchDescription.Fate;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Tensor#explain} says, and that it is what happens. */
class ExplainTest {
  private final Device device = Device.getDefault();
  private final boolean cpu = device.name().equals("cpu");
  private boolean before;

  @BeforeEach
  void fuse() {
    before = device.scheduler().isFused();
    device.scheduler().setFused(true);
    device.synchronize();
  }

  @AfterEach
  void restore() {
    device.scheduler().setFused(before);
  }

  private static Tensor stored(long... shape) {
    Tensor x = Tensor.arange(Shape.of(shape).numel()).to(DType.FLOAT32).mul(0.01).reshape(shape);
    x.toFloatArray();
    return x.detach();
  }

  private static Sequential perceptron() {
    Sequential model = new Sequential(new Linear(4, 3), Activation.relu(), new Linear(3, 2));
    model.parameters().forEach(Tensor::toFloatArray);
    return model;
  }

  /** The text with the device's name left out; also checks both pictures. */
  private String text(Explanation explanation) {
    Pictures.assertDot(explanation.toDot());
    Pictures.assertTidy(explanation.toSvg());
    return explanation.toString().replace(" on " + device.name(), "") + "\n";
  }

  @Test
  void layersAreOneLaunchEach() {
    Sequential model = perceptron();
    Tensor x = stored(5, 4);
    Tensor y;
    try (var off = Autograd.noGrad()) {
      y = model.forward(x);
    }
    assertEquals(
        """
        2 launches compute tensor(float32, [5, 2])
        1  matmul+add+relu  kernel matmul_forward, pointwise over [5, 3]
           reads   m1 float32 [5, 4], 0.weight float32 [4, 3] strides [1, 4], 0.bias float32 [3]
           writes  v1 float32 [5, 3] by matmul, v2 float32 [5, 3] by relu
           within  add
           bytes   140 read, 120 written
        2  matmul+add  kernel matmul_forward, pointwise over [5, 2]
           reads   v2 float32 [5, 3], 2.weight float32 [3, 2] strides [1, 3], 2.bias float32 [2]
           writes  v3 float32 [5, 2] by add
           within  matmul
           bytes   92 read, 40 written
        """,
        text(y.explain(model.namedParameters())));
  }

  @Test
  void aReductionComputesWhatItReads() {
    Tensor y = stored(50, 8);
    Tensor t = stored(50, 8);
    assertEquals(
        """
        1 launch computes tensor(float32, [])
        1  sub+square+mean  kernel sum_forward_…, pointwise over [50, 8]
           reads   y float32 [50, 8], t float32 [50, 8]
           writes  v1 float32 [1, 1] by mean
           within  sub, square
           bytes   3,200 read, 4 written
        """,
        text(y.sub(t).square().mean().explain(Map.of("y", y, "t", t)))
            // Which of its kernels depends on the device.
            .replaceFirst("sum_forward_(rows|group)", "sum_forward_…"));
  }

  @Test
  void aScalarExpressionIsOneLaunch() {
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    Tensor y = x.pow(2).mul(3).add(x.mul(4)).add(2);
    assertEquals(
        """
        1 launch computes tensor(float32, [])
        1  square+mul+mul+add+add  pointwise over []
           reads   m1 float32 []
           writes  v1 float32 [] by add
           within  square, mul, add
           bytes   4 read, 4 written
        """,
        text(y.explain()));
    y.backward();
    assertEquals(
        """
        1 launch computes tensor(float32, [])
        1  square+mul+mul+add+add+fill+mul_backward+mul_backward+square_backward+add  pointwise over []
           reads   x float32 []
           writes  v1 float32 [] by add, v2 float32 [] by add
           within  square, mul, add, fill, mul_backward, square_backward
           bytes   4 read, 8 written
        """,
        text(x.grad().explain(Map.of("x", x))));
  }

  @Test
  void aWriteInPlaceNamesWhatItReplaces() {
    Tensor m = stored(4);
    m.narrow(0, 1, 2).mul_(m.narrow(0, 0, 2));
    Tensor sum = m.add(1);
    assertEquals(
        """
        2 launches compute tensor(float32, [4])
        1  mul_  pointwise over [2]
           reads   m1 float32 [2] offset 1, m1 float32 [2]
           writes  m float32 [2] offset 1 in place of m1 by mul_
           bytes   16 read, 8 written
        2  add  pointwise over [4]
           reads   m float32 [4]
           writes  v1 float32 [4] by add
           bytes   16 read, 16 written
        """,
        text(sum.explain(Map.of("m", m))));
  }

  @Test
  void viewsAndBroadcastsAreWhatTheyTouch() {
    Tensor x = stored(20, 30);
    Tensor row = stored(20);
    Tensor column = stored(30, 1);
    Tensor y = x.transpose(0, 1).add(row).mul(column).add(x.select(0, 3).unsqueeze(1)).add(column);
    assertEquals(
        """
        1 launch computes tensor(float32, [30, 20])
        1  add+mul+add+add  pointwise over [30, 20]
           reads   x float32 [30, 20] strides [1, 30], row float32 [20], column float32 [30, 1], x float32 [30, 1] offset 90
           writes  v1 float32 [30, 20] by add
           within  add, mul
           bytes   2,600 read, 2,400 written
        """,
        text(y.explain(Map.of("x", x, "row", row, "column", column))));
    String svg = y.explain(Map.of("x", x)).toSvg();
    long boxes = Pictures.texts(svg).stream().filter("x"::equals).count();
    assertEquals(1, boxes, "what is read through two views is drawn once");
  }

  @Test
  void updatesOfAllParametersShareALaunch() {
    Sequential model = perceptron();
    model.parameters().forEach(p -> p.detach().mul_(0.5));
    Tensor last = model.parameters().get(3);
    assertEquals(
        """
        1 launch computes tensor(float32, [2])
        1  mul_+mul_+mul_+mul_  pointwise over [3, 4], [3], [2, 3], [2]
           reads   m1 float32 [3, 4], m2 float32 [3], m3 float32 [2, 3], m4 float32 [2]
           writes  0.weight float32 [3, 4] in place of m1 by mul_, 0.bias float32 [3] in place of m2 by mul_, 2.weight float32 [2, 3] in place of m3 by mul_, 2.bias float32 [2] in place of m4 by mul_
           bytes   92 read, 92 written
        """,
        text(last.explain(model.namedParameters())));
  }

  @Test
  void whatIsInMemoryNeedsNothing() {
    Tensor x = stored(2, 3);
    Tensor unused = x.add(1);
    Explanation explanation = x.explain(Map.of("x", x));
    assertEquals(
        "tensor(float32, [2, 3]) is in memory; nothing is pending for it\n", text(explanation));
    assertTrue(explanation.isInMemory());
    assertEquals(List.of(), explanation.launches());
    assertEquals(
        List.of("x", "tensor(float32, [2, 3])", "in memory"), Pictures.texts(explanation.toSvg()));
    Tensor empty = stored(2, 3).narrow(0, 0, 0).mul(2);
    assertTrue(empty.explain().isInMemory());
  }

  @Test
  void whatIsNotStoredTakesALaunchOfItsOwn() {
    Tensor x = stored(100);
    Tensor middle = x.mul(2).add(1);
    Tensor y = middle.square();
    String expected =
        """
        1 launch computes tensor(float32, [100]); it is not stored where others use it: launch 1 is for it alone
        1  mul+add  pointwise over [100]
           reads   x float32 [100]
           writes  v1 float32 [100] by add
           within  mul
           bytes   400 read, 400 written
        (1 other launch is pending)
        """;
    assertEquals(expected, text(middle.explain(Map.of("x", x))));
    y.toFloatArray();
    String again = text(middle.explain(Map.of("x", x)));
    assertEquals(expected.replace("(1 other launch is pending)\n", ""), again);
    middle.toFloatArray();
    assertTrue(middle.explain().isInMemory());
  }

  @Test
  void sourcesAreThoseOfTheDevice() {
    Tensor y = stored(100).tanh();
    LaunchDescription launch = y.explain().launches().get(0);
    assertEquals("tanh", launch.name());
    assertNull(launch.kernel());
    assertEquals(Fate.STORED, launch.steps().get(0).fate());
    assertEquals(List.of(Shape.of(100)), launch.spaces());
    if (cpu) {
      assertNull(launch.source());
      assertEquals(List.of(), launch.workItems());
    } else {
      String source = launch.source();
      assertNotNull(source);
      assertTrue(source.contains("void pointwise(") && source.contains("tanh_forward"), source);
      assertEquals(1, launch.workItems().size());
    }
  }

  /** Programs whose result is float32 and contiguous, so that reading it launches nothing else. */
  private List<Supplier<Tensor>> programs() {
    Tensor x = stored(6, 8);
    Tensor w = stored(8, 5);
    Tensor row = stored(8);
    Sequential model = perceptron();
    Adam adam = new Adam(model.parameters(), 0.1);
    Tensor inputs = stored(7, 4);
    Tensor labels = Tensor.zeros(7).to(DType.INT64);
    labels.toLongArray();
    return List.of(
        () -> x.add(row).tanh(),
        () -> x.mul(row).matmul(w).relu().sum(new int[] {1}, true),
        () -> x.softmax(1).mul(x.sum()),
        () -> {
          Tensor a = x.exp();
          Tensor unused = a.sum();
          return a.sub(1);
        },
        () -> {
          Tensor a = x.mul(3);
          Tensor unused = a.add(1);
          return a;
        },
        () -> {
          Tensor loss = model.forward(inputs).crossEntropy(labels);
          adam.zeroGrad();
          loss.backward();
          return model.parameters().get(0).grad();
        });
  }

  @Test
  void whatIsSaidHappensAndSayingItChangesNothing() {
    for (boolean fused : new boolean[] {true, false}) {
      device.scheduler().setFused(fused);
      List<Supplier<Tensor>> programs = programs();
      for (int i = 0; i < programs.size(); i++) {
        // The second time its plan is known.
        for (int time = 0; time < 2; time++) {
          device.synchronize();
          final float[] expected = programs.get(i).get().toFloatArray();
          device.synchronize();
          Tensor y = programs.get(i).get();
          final Counters counters = device.counters();
          final int pending = device.scheduler().pendingTasks();
          Explanation explanation = y.explain();
          String text = text(explanation);
          assertEquals(text, text(y.explain()));
          assertEquals(pending, device.scheduler().pendingTasks());
          assertEquals(counters, device.counters());
          assertFalse(explanation.isInMemory());
          float[] actual = y.toFloatArray();
          assertArrayEquals(expected, actual);
          long launched = device.counters().launches() - counters.launches();
          assertEquals(launched, explanation.launches().size() + others(text), i + ": " + text);
          assertEquals(counters.plans(), device.counters().plans(), "a plan was lost");
          assertEquals(counters.renders(), device.counters().renders(), "a text was lost");
          assertTrue(y.explain().isInMemory());
        }
      }
    }
  }

  private static int others(String text) {
    int at = text.indexOf("\n(");
    return at < 0 ? 0 : Integer.parseInt(text.substring(at + 2, text.indexOf(' ', at)));
  }

  @Test
  void withoutFusionEachTaskIsALaunch() {
    device.scheduler().setFused(false);
    Tensor x = stored(3);
    List<LaunchDescription> launches = x.mul(2).add(1).explain().launches();
    assertEquals(List.of("mul", "add"), launches.stream().map(LaunchDescription::name).toList());
    assertEquals(1, launches.get(1).reads().get(0).launch());
  }

  @Test
  void namesMayBeStrange() {
    Tensor x = stored(2);
    Tensor z = stored(2);
    Tensor closed = stored(2);
    closed.close();
    Map<String, Tensor> names = Map.of("v1", x, "<\"&\\>", z, "closed", closed);
    Explanation explanation = x.mul(z).explain(names);
    assertTrue(text(explanation).contains("reads   v1 float32 [2], <\"&\\> float32 [2]\n"));
    assertTrue(explanation.toString().contains("writes  v2 "), explanation.toString());
    assertTrue(Pictures.texts(explanation.toSvg()).contains("<\"&\\>"));
    assertThrows(ClgradException.class, closed::explain);
  }
}
