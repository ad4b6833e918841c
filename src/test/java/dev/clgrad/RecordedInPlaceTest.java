package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Changes in place that gradients flow through, on tensors and on their views. */
class RecordedInPlaceTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static void assertGrad(Tensor x, double... expected) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    assertArrayEquals(expected, grad.toDoubleArray(), 1e-12);
  }

  /**
   * The gradients of a function that changes its argument's copy in place, and of one that does
   * not.
   */
  private static void assertSameAs(
      UnaryOperator<Tensor> inPlace, UnaryOperator<Tensor> function, double... values) {
    Tensor x = leaf(values);
    Tensor y = leaf(values);
    Tensor a = inPlace.apply(x.clone());
    Tensor b = function.apply(y);
    assertArrayEquals(b.toDoubleArray(), a.toDoubleArray(), 1e-12);
    Tensor weights = Tensor.arange(1, a.numel() + 1).to(DType.FLOAT64).reshape(a.shape().toArray());
    List<Tensor> ofA = Autograd.grad(List.of(a), List.of(x), List.of(weights), true, true);
    List<Tensor> ofB = Autograd.grad(List.of(b), List.of(y), List.of(weights), true, true);
    assertArrayEquals(ofB.get(0).toDoubleArray(), ofA.get(0).toDoubleArray(), 1e-12);
    if (ofB.get(0).requiresGrad()) {
      Tensor secondA = Autograd.grad(List.of(ofA.get(0).sum()), List.of(x)).get(0);
      Tensor secondB = Autograd.grad(List.of(ofB.get(0).sum()), List.of(y)).get(0);
      assertArrayEquals(secondB.toDoubleArray(), secondA.toDoubleArray(), 1e-10);
    }
  }

  @Test
  void everyFunctionInPlaceHasTheGradientsOfTheFunction() {
    double[] v = {0.3, 0.7, 1.9};
    Tensor other = Tensor.of(new double[] {2, 3, 5});
    Tensor mask = Tensor.of(true, false, true);
    assertSameAs(x -> x.add_(2), x -> x.add(2), v);
    assertSameAs(x -> x.add_(other, 3), x -> x.add(other, 3), v);
    assertSameAs(x -> x.sub_(other), x -> x.sub(other), v);
    assertSameAs(x -> x.mul_(other), x -> x.mul(other), v);
    assertSameAs(x -> x.mul_(3), x -> x.mul(3), v);
    assertSameAs(x -> x.div_(other), x -> x.div(other), v);
    assertSameAs(x -> x.neg_(), x -> x.neg(), v);
    assertSameAs(x -> x.abs_(), x -> x.abs(), v);
    assertSameAs(x -> x.square_(), x -> x.square(), v);
    assertSameAs(x -> x.sqrt_(), x -> x.sqrt(), v);
    assertSameAs(x -> x.reciprocal_(), x -> x.reciprocal(), v);
    assertSameAs(x -> x.exp_(), x -> x.exp(), v);
    assertSameAs(x -> x.log_(), x -> x.log(), v);
    assertSameAs(x -> x.tanh_(), x -> x.tanh(), v);
    assertSameAs(x -> x.sigmoid_(), x -> x.sigmoid(), v);
    assertSameAs(x -> x.relu_(), x -> x.relu(), v);
    assertSameAs(x -> x.pow_(3), x -> x.pow(3), v);
    assertSameAs(x -> x.pow_(other), x -> x.pow(other), v);
    assertSameAs(x -> x.clamp_(0.5, 1.5), x -> x.clamp(0.5, 1.5), v);
    assertSameAs(x -> x.maskedFill_(mask, 4), x -> x.maskedFill(mask, 4), v);
    assertSameAs(x -> x.lerp_(other, 0.25), x -> x.lerp(other, 0.25), v);
    assertSameAs(x -> x.addcmul_(other, other, 2), x -> x.addcmul(other, other, 2), v);
    assertSameAs(x -> x.addcdiv_(other, other, 2), x -> x.addcdiv(other, other, 2), v);
    assertSameAs(x -> x.mul_(x), x -> x.mul(x), v);
    assertSameAs(x -> x.mul_(other).add_(1).square_(), x -> x.mul(other).add(1).square(), v);
  }

  @Test
  void operandsGetTheirGradientsToo() {
    Tensor w = leaf(2, 3);
    Tensor x = Tensor.of(new double[] {5, 7});
    assertSame(x, x.mul_(w));
    assertTrue(x.requiresGrad());
    assertFalse(x.isLeaf());
    GradFn made = x.gradFn();
    assertNotNull(made);
    assertEquals("MulBackward0", made.name());
    x.sum().backward();
    assertGrad(w, 5, 7);
    assertNull(x.grad());
    Tensor y = Tensor.zeros(Shape.of(2, 2), DType.FLOAT64);
    w.zeroGrad();
    y.copy_(w);
    y.mul(Tensor.of(new double[][] {{1, 2}, {3, 4}})).sum().backward();
    assertGrad(w, 4, 6);
  }

  @Test
  void aConstantCutsWhatWasThereBefore() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    y.zero_();
    assertTrue(y.requiresGrad());
    y.add(x).sum().backward();
    assertGrad(x, 1, 1);
    Tensor z = x.mul(3);
    z.select(0, 0).fill_(9);
    x.zeroGrad();
    z.sum().backward();
    assertGrad(x, 0, 3);
  }

  @Test
  void whatReadTheOldValueKeepsItsGradient() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    Tensor before = y.add(1);
    y.mul_(10);
    Tensor after = y.add(1);
    before.sum().add(after.sum()).backward();
    assertGrad(x, 22, 22);
  }

  @Test
  void aViewIsChangedWhereItLooks() {
    // As in PyTorch's notes: base * 2 with a part of it times 3.
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = x.mul(2);
    Tensor part = y.slice(0, 1, 3);
    part.mul_(3);
    GradFn ofBase = y.gradFn();
    GradFn ofPart = part.gradFn();
    assertNotNull(ofBase);
    assertNotNull(ofPart);
    assertEquals("CopySlices", ofBase.name());
    assertEquals("AsStridedBackward0", ofPart.name());
    assertArrayEquals(new double[] {2, 12, 18, 8}, y.toDoubleArray());
    y.mul(Tensor.of(new double[] {1, 10, 100, 1000})).sum().backward();
    assertGrad(x, 2, 60, 600, 2000);
    x.zeroGrad();
    Tensor again = x.mul(2);
    Tensor its = again.slice(0, 1, 3);
    its.square_();
    its.sum().backward();
    assertGrad(x, 0, 16, 24, 0);
  }

  @Test
  void viewsFollowTheirBase() {
    Tensor x = leaf(1, 2, 3);
    Tensor y = x.mul(1);
    Tensor view = y.select(0, 1);
    Tensor expanded = y.expand(2, 3);
    y.mul_(5);
    assertEquals(10, view.item());
    view.backward(null, true, false);
    assertGrad(x, 0, 5, 0);
    x.zeroGrad();
    expanded.sum().backward();
    assertGrad(x, 10, 10, 10);
  }

  @Test
  void viewsOfOneBaseFollowOneAnother() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = x.clone().reshape(2, 2);
    Tensor rows = y.t();
    Tensor corner = rows.select(0, 0).select(0, 0);
    corner.mul_(7);
    Tensor row = y.select(0, 0);
    row.exp_();
    // y = [[exp(7 x0), exp(x1)], [x2, x3]]
    rows.select(0, 1).sum().add(corner).backward();
    double e = Math.exp(7);
    assertArrayEquals(new double[] {7 * e, Math.exp(2), 0, 1}, gradient(x), 1e-9);
  }

  private static double[] gradient(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  @Test
  void aBaseWithoutGradientsGetsThemThroughAView() {
    Tensor w = leaf(2, 3);
    Tensor buffer = Tensor.zeros(Shape.of(3, 2), DType.FLOAT64);
    Tensor row = buffer.select(0, 1);
    assertFalse(row.requiresGrad());
    buffer.select(0, 2).copy_(w.square());
    assertTrue(buffer.requiresGrad());
    assertTrue(row.requiresGrad());
    row.add_(w);
    buffer.mul(buffer).sum().backward();
    // w² + w⁴
    assertGrad(w, 2 * 2 + 4 * 8, 2 * 3 + 4 * 27);
  }

  @Test
  void partsOfASplitAndDiagonalsAreChanged() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = x.mul(1);
    List<Tensor> parts = y.split(2);
    parts.get(0).mul_(parts.get(1));
    y.sum().backward();
    assertGrad(x, 3, 4, 2, 3);
    x.zeroGrad();
    Tensor square = x.clone().reshape(2, 2);
    square.diagonal().mul_(10);
    square.sum().backward();
    assertGrad(x, 10, 1, 1, 10);
  }

  @Test
  void aViewOfWhatIsNotContiguousIsChanged() {
    Tensor x = leaf(1, 2, 3, 4, 5, 6);
    // A base that is no view for autograd, yet lies transposed in memory.
    Tensor memory = Tensor.zeros(Shape.of(3, 2), DType.FLOAT64);
    Tensor base = memory.t().detach();
    assertFalse(base.isContiguous());
    base.copy_(x.reshape(2, 3));
    base.select(1, 1).square_();
    base.mul(Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}})).sum().backward();
    assertGrad(x, 1, 2 * 2 * 2, 3, 4, 5 * 2 * 5, 6);
    assertArrayEquals(new double[] {1, 4, 4, 25, 3, 6}, memory.toDoubleArray());
  }

  @Test
  void placesByIndexAreChanged() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor v = leaf(10, 20);
    Tensor y = x.mul(1);
    y.indexPut_(List.of(Index.of(Tensor.of(new long[] {3, 1}))), v);
    y.mul(Tensor.of(new double[] {1, 10, 100, 1000})).sum().backward();
    assertGrad(x, 1, 0, 100, 0);
    assertGrad(v, 1000, 10);
  }

  @Test
  void higherDerivativesGoThroughViews() {
    Tensor x = leaf(2, 3);
    Tensor y = x.pow(2);
    y.select(0, 0).mul_(x.select(0, 1));
    // y = [x0² x1, x1²]
    Tensor first = Autograd.grad(List.of(y.sum()), List.of(x), null, true, true).get(0);
    assertArrayEquals(new double[] {2 * 2 * 3, 4 + 6}, first.toDoubleArray(), 1e-12);
    Tensor second = Autograd.grad(List.of(first.select(0, 0)), List.of(x)).get(0);
    assertArrayEquals(new double[] {6, 4}, second.toDoubleArray(), 1e-12);
  }

  @Test
  void nanAndInfinityStayWhereTheyAre() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(Double.POSITIVE_INFINITY);
    y.select(0, 0).zero_();
    y.sum().backward();
    double[] grad = gradient(x);
    assertTrue(Double.isNaN(grad[0]), "0 times infinity");
    assertEquals(Double.POSITIVE_INFINITY, grad[1]);
    Tensor z = x.mul(2);
    z.select(0, 0).mul_(3);
    x.zeroGrad();
    z.backward(Tensor.of(new double[] {Double.NaN, 1}));
    assertTrue(Double.isNaN(gradient(x)[0]));
    assertEquals(2, gradient(x)[1]);
  }

  @Test
  void whatWasSavedBeforeMustNotChange() {
    Tensor x = leaf(1, 2);
    Tensor y = x.exp();
    y.mul_(2);
    AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
    assertTrue(
        e.getMessage()
            .startsWith(
                "backward: ExpBackward0 saved a tensor of shape [2] that was then modified by an in-place operation, mul_ (version 1, saved at version 0)"),
        e.getMessage());
    assertTrue(e.getMessage().contains("detectAnomaly()"), e.getMessage());
    Tensor z = x.clone().exp_();
    z.add_(1);
    assertThrows(AutogradException.class, () -> z.sum().backward());
    Tensor part = x.mul(1);
    Tensor square = part.square();
    part.select(0, 0).add_(1);
    assertThrows(AutogradException.class, () -> square.sum().backward());
    assertNull(x.grad());
  }

  @Test
  void anomalyDetectionNamesTheLinesOfBoth() {
    Tensor x = leaf(1, 2);
    try (var anomaly = Autograd.detectAnomaly()) {
      Tensor y = x.exp();
      y.mul_(2);
      AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
      String lines =
          "ExpBackward0 was called at .*anomalyDetectionNamesTheLinesOfBoth\\(RecordedInPlaceTest.java:\\d+\\), mul_ at"
              + " .*anomalyDetectionNamesTheLinesOfBoth\\(RecordedInPlaceTest.java:\\d+\\)";
      assertTrue(e.getMessage().matches("(?s).*" + lines + ".*"), e.getMessage());
      Throwable cause = e.getCause();
      assertNotNull(cause);
      assertEquals("anomalyDetectionNamesTheLinesOfBoth", cause.getStackTrace()[0].getMethodName());
    }
  }

  @Test
  void modesOfViewsMustFit() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(1);
    Tensor view = Autograd.noGrad(() -> y.select(0, 0));
    AutogradException e = assertThrows(AutogradException.class, () -> view.mul_(x.select(0, 1)));
    assertTrue(e.getMessage().contains("nothing was recorded"), e.getMessage());
    try (var off = Autograd.noGrad()) {
      view.mul_(4);
    }
    assertArrayEquals(new double[] {4, 2}, y.toDoubleArray());
    GradFn made = y.gradFn();
    assertNotNull(made);
    assertEquals("MulBackward0", made.name());
  }

  @Test
  void detachedTensorsShareMemoryButNoGraph() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    Tensor shared = y.detach();
    shared.mul_(2);
    assertArrayEquals(new double[] {6, 12}, y.toDoubleArray());
    assertFalse(shared.requiresGrad());
    assertEquals(1, y.version());
    y.sum().backward();
    assertGrad(x, 3, 3);
  }

  @Test
  void aTensorLeavesItsGraph() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    Tensor view = y.select(0, 0);
    assertThrows(AutogradException.class, view::detach_);
    assertSame(y, y.detach_());
    assertTrue(y.isLeaf());
    assertFalse(y.requiresGrad());
    y.requiresGrad(true).mul(2).sum().backward();
    assertGrad(y, 2, 2);
    assertNull(x.grad());
    Tensor base = x.mul(2).retainGrad();
    Tensor part = base.slice(0, 0, 1);
    Tensor sum = base.sum();
    base.detach_();
    part.zero_();
    assertArrayEquals(new double[] {0, 4}, base.toDoubleArray());
    sum.backward();
    assertNull(base.grad());
    assertGrad(x, 2, 2);
  }
}
