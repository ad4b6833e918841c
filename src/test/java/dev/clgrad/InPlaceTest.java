package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a change in place reaches, and what it must not. */
class InPlaceTest {
  private static void assertValues(Tensor x, double... values) {
    assertArrayEquals(values, x.toDoubleArray());
  }

  @Test
  void computesAndReturnsItself() {
    Tensor x = Tensor.of(1f, 2f, 4f);
    assertSame(x, x.add_(1));
    assertValues(x, 2, 3, 5);
    assertValues(x.sub_(Tensor.of(1f, 1f, 1f)), 1, 2, 4);
    assertValues(x.mul_(Tensor.of(2f)), 2, 4, 8);
    assertValues(x.div_(4), 0.5, 1, 2);
    assertValues(x.add_(Tensor.of(1f, 2f, 3f), 2), 2.5, 5, 8);
    assertValues(x.sub_(Tensor.of(1f, 2f, 3f), 0.5), 2, 4, 6.5);
    assertValues(x.fill_(3), 3, 3, 3);
    assertValues(x.copy_(Tensor.of(7, 8, 9)), 7, 8, 9);
    assertValues(x.zero_(), 0, 0, 0);
    assertEquals(DType.FLOAT32, x.dtype());
  }

  @Test
  void viewsShareTheChange() {
    Tensor x = Tensor.arange(6).to(DType.FLOAT32).reshape(2, 3);
    Tensor column = x.transpose(0, 1).select(0, 1);
    column.mul_(10);
    assertValues(x, 0, 10, 2, 3, 40, 5);
    x.add_(1);
    assertValues(column, 11, 41);
    x.slice(1, 0, 3, 2).zero_();
    assertValues(x, 0, 11, 0, 0, 41, 0);
  }

  @Test
  void operandsThatOverlapAreReadAsTheyWere() {
    Tensor x = Tensor.arange(9).to(DType.FLOAT32).reshape(3, 3);
    x.add_(x.transpose(0, 1));
    assertValues(x, 0, 4, 8, 4, 8, 12, 8, 12, 16);
    Tensor y = Tensor.of(1f, 2f, 3f, 4f);
    y.slice(0, 1, 4, 1).add_(y.slice(0, 0, 3, 1));
    assertValues(y, 1, 3, 5, 7);
    Tensor z = Tensor.of(1f, 2f, 3f);
    z.mul_(z);
    assertValues(z, 1, 4, 9);
    Tensor w = Tensor.of(1f, 2f, 3f);
    w.sub_(w.select(0, 1));
    assertValues(w, -1, 0, 1);
  }

  @Test
  void valuesStillPendingSeeTheOldElements() {
    Tensor x = Tensor.of(1f, 2f);
    Tensor y = x.mul(10);
    x.add_(1);
    Tensor z = x.mul(10);
    x.zero_();
    assertValues(y, 10, 20);
    assertValues(z, 20, 30);
    assertValues(x, 0, 0);
  }

  @Test
  void clonesAndDetachedCopies() {
    Tensor x = Tensor.of(1f, 2f);
    Tensor copy = x.clone();
    Tensor shared = x.detach();
    x.add_(1);
    assertValues(copy, 1, 2);
    assertValues(shared, 2, 3);
  }

  @Test
  void resultsAreStoredInTheDtype() {
    Tensor ints = Tensor.of(new int[] {250, 7});
    assertValues(ints.add_(10), 260, 17);
    Tensor bytes = Tensor.of(new byte[] {(byte) 250, 7});
    assertValues(bytes.add_(Tensor.of(10, 1)), 4, 8);
    assertEquals(DType.UINT8, bytes.dtype());
    Tensor narrow = Tensor.of(1f);
    assertValues(narrow.add_(Tensor.of(new double[] {1e-12})), 1);
    Tensor bools = Tensor.of(true, false, false);
    assertValues(bools.add_(Tensor.of(true, true, false)), 1, 1, 0);
    assertThrows(DTypeException.class, () -> ints.add_(0.5));
    assertThrows(DTypeException.class, () -> ints.div_(2));
    assertThrows(DTypeException.class, () -> bools.add_(1));
    assertValues(ints, 260, 17);
  }

  @Test
  void anOperandMustBroadcastToTheShape() {
    Tensor x = Tensor.of(1f, 2f);
    ShapeException e = assertThrows(ShapeException.class, () -> x.add_(Tensor.zeros(3, 2)));
    assertTrue(e.getMessage().startsWith("add_: "), e.getMessage());
    assertThrows(ShapeException.class, () -> x.copy_(Tensor.zeros(3)));
    assertThrows(ShapeException.class, () -> x.mul_(Tensor.zeros(Shape.of(3), DType.FLOAT64)));
    assertThrows(AutogradException.class, () -> Tensor.zeros(1).expand(3).add_(1));
    assertValues(x, 1, 2);
  }

  @Test
  void leavesThatRequireGradientsAreRefusedWhileTheyAreRecorded() {
    Tensor w = Tensor.of(1f, 2f).requiresGrad(true);
    Tensor x = Tensor.of(3f, 4f);
    AutogradException e = assertThrows(AutogradException.class, () -> w.add_(1));
    assertTrue(e.getMessage().startsWith("add_: a leaf of shape [2]"), e.getMessage());
    assertTrue(e.getMessage().contains("noGrad()"), e.getMessage());
    assertThrows(AutogradException.class, () -> w.copy_(x));
    assertThrows(AutogradException.class, w::exp_);
    assertThrows(AutogradException.class, w::zero_);
    AutogradException view = assertThrows(AutogradException.class, () -> w.select(0, 0).mul_(2));
    assertTrue(view.getMessage().contains("a view of a leaf"), view.getMessage());
    assertValues(w, 1, 2);
    try (var off = Autograd.noGrad()) {
      w.add_(x, 2);
    }
    assertValues(w, 7, 10);
    assertTrue(w.requiresGrad() && w.isLeaf());
  }

  @Test
  void backwardNoticesThatWhatItSavedWasChanged() {
    Tensor x = Tensor.of(1f, 2f).requiresGrad(true);
    Tensor factor = Tensor.of(3f, 4f);
    Tensor loss = x.mul(factor).sum();
    factor.add_(1);
    AutogradException e = assertThrows(AutogradException.class, loss::backward);
    assertTrue(e.getMessage().contains("in-place"), e.getMessage());
    assertEquals(null, x.grad());
  }

  @Test
  void whatBackwardDoesNotReadMayChange() {
    Tensor x = Tensor.of(1f, 2f).requiresGrad(true);
    Tensor factor = Tensor.of(3f, 4f);
    Tensor loss = x.mul(factor).add(factor).sum();
    // Only the factor was saved: the gradient of x reads it, and x itself nobody does.
    try (var off = Autograd.noGrad()) {
      x.mul_(100);
    }
    loss.backward();
    Tensor gradient = x.grad();
    assertTrue(gradient != null);
    assertValues(gradient, 3, 4);
  }

  @Test
  void functionsWriteWhatTheirTensorsGive() {
    float[] values = {0.25f, 0.5f, 2, 4};
    Tensor x = Tensor.of(values);
    Tensor end = Tensor.of(1f, -1f, 3f, 0f);
    Tensor weight = Tensor.of(0f, 0.25f, 0.75f, 1f);
    Tensor mask = end.gt(0);
    assertSameAs(x.neg(), x.clone().neg_());
    assertSameAs(end.abs(), end.clone().abs_());
    assertSameAs(x.square(), x.clone().square_());
    assertSameAs(x.sqrt(), x.clone().sqrt_());
    assertSameAs(x.reciprocal(), x.clone().reciprocal_());
    assertSameAs(x.exp(), x.clone().exp_());
    assertSameAs(x.log(), x.clone().log_());
    assertSameAs(x.tanh(), x.clone().tanh_());
    assertSameAs(x.sigmoid(), x.clone().sigmoid_());
    assertSameAs(end.relu(), end.clone().relu_());
    assertSameAs(x.pow(1.5), x.clone().pow_(1.5));
    assertSameAs(x.pow(end), x.clone().pow_(end));
    assertSameAs(x.clamp(0.5, 3), x.clone().clamp_(0.5, 3));
    assertSameAs(x.clamp(null, 3), x.clone().clamp_(null, 3));
    assertSameAs(x.clampMin(1), x.clone().clampMin_(1));
    assertSameAs(x.clampMax(1), x.clone().clampMax_(1));
    assertSameAs(x.maskedFill(mask, 7), x.clone().maskedFill_(mask, 7));
    Tensor seven = Tensor.scalar(7f);
    assertSameAs(x.maskedFill(mask, seven), x.clone().maskedFill_(mask, seven));
    assertSameAs(x.lerp(end, 0.25), x.clone().lerp_(end, 0.25));
    assertSameAs(x.lerp(end, weight), x.clone().lerp_(end, weight));
    assertSameAs(x.addcmul(end, weight, 0.5), x.clone().addcmul_(end, weight, 0.5));
    assertSameAs(x.addcdiv(end, x, 0.5), x.clone().addcdiv_(end, x, 0.5));
    assertArrayEquals(values, x.toFloatArray());
  }

  private static void assertSameAs(Tensor expected, Tensor found) {
    assertArrayEquals(expected.toFloatArray(), found.toFloatArray());
  }

  @Test
  void functionsWriteInOneLaunchAndIntoTheSameMemory() throws InterruptedException {
    Device device = Device.getDefault();
    Tensor x = Tensor.arange(100).to(DType.FLOAT32);
    Tensor y = Tensor.arange(100).to(DType.FLOAT32).div(100);
    Tensor firstHalf = x.narrow(0, 0, 50);
    x.toFloatArray();
    y.toFloatArray();
    x.lerp_(y, 0.5).clamp_(0, 10).addcmul_(y, y, 2).exp_();
    device.synchronize();
    EarlierTests.forget(device);
    long bytes = device.counters().liveBytes();
    boolean fused = device.scheduler().isFused();
    long start = device.counters().launches();
    x.lerp_(y, 0.5).clamp_(0, 10).addcmul_(y, y, 2).exp_();
    device.synchronize();
    long launches = device.counters().launches() - start;
    assertTrue(fused ? launches == 1 : launches > 4, launches + " launches");
    assertEquals(bytes, device.counters().liveBytes());
    assertEquals(x.toFloatArray()[3], firstHalf.toFloatArray()[3]);
  }

  @Test
  void functionsRefuseWhatAdditionsRefuse() {
    Tensor x = Tensor.of(1f, 2f).requiresGrad(true);
    assertThrows(AutogradException.class, x::exp_);
    assertThrows(DTypeException.class, () -> Tensor.of(1L, 2L).exp_());
    assertThrows(DTypeException.class, () -> Tensor.of(1L, 2L).clamp_(0, 1.5));
    Tensor y = Tensor.of(1f, 2f);
    assertThrows(ShapeException.class, () -> y.lerp_(Tensor.ones(3), 0.5));
    assertThrows(ShapeException.class, () -> y.addcmul_(Tensor.ones(2, 2), y, 1));
    assertThrows(AutogradException.class, () -> Tensor.of(1f).expand(3).exp_());
    assertValues(y, 1, 2);
  }
}
