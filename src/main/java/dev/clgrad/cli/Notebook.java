package dev.clgrad.cli;

import dev.clgrad.Autograd;
import dev.clgrad.Tensor;
import java.io.PrintWriter;

/**
 * The autograd notebook: how gradients are asked for, add up, are switched off, and agree with
 * those worked out by hand. Read it from the top; every line uses the public API alone.
 */
final class Notebook {
  private final PrintWriter out;

  /** A notebook that prints here. */
  Notebook(PrintWriter out) {
    this.out = out;
  }

  /** Runs all of it on the default device. */
  void run() {
    // A leaf: made by us, and marked as something to differentiate with respect to.
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    firstGradient(x);
    gradientsAddUp(x);
    switchingOff(x);
    zeroingEachEpoch();

    // Two features of two samples, and a linear model's parameters.
    Tensor x1 = Tensor.of(2f, 3f).requiresGrad(true);
    Tensor x2 = Tensor.of(2f, 1f).requiresGrad(true);
    Tensor w1 = Tensor.of(3f, 2f).requiresGrad(true);
    Tensor w2 = Tensor.of(1f, 4f).requiresGrad(true);
    Tensor b = Tensor.scalar(1f).requiresGrad(true);
    Tensor yTrue = Tensor.of(11f, 15f);
    gradientsByHand(x1, x2, w1, w2, b, yTrue);
    gradientsByAutograd(x1, x2, w1, w2, b, yTrue);
    gradientsByMatrix(x1, x2, w1, w2, b, yTrue);
    out.flush();
  }

  /** y = x², so dy/dx = 2x. */
  private void firstGradient(Tensor x) {
    out.println("x " + x);
    Tensor y = x.pow(2);
    // Runs backward through the recorded operations, down to the leaves.
    y.backward();
    out.println("Gradient of y with respect to x " + x.grad());
  }

  /** dy/dx = 6x + 4 = 22, and x still holds the 6 of before: a gradient adds to what is there. */
  private void gradientsAddUp(Tensor x) {
    Tensor y = x.pow(2).mul(3).add(x.mul(4)).add(2);
    // item() brings the only element of a tensor to Java.
    out.println("y = 3x^2 + 4x + 2 =  " + y.item());
    y.backward();
    out.println("derivative of `y` with respect to `x` = " + x.grad());
  }

  /** Two ways out of the recording: for a leaf itself, and for a tensor beside it. */
  private void switchingOff(Tensor x) {
    out.println(x);
    // In place: what is computed from x from now on is not recorded.
    x.requiresGrad(false);
    out.println(x);
    // detach() leaves x as it is and gives the same memory without a past.
    x.requiresGrad(true);
    out.println(x.detach());
  }

  /** A training loop forgets the gradient of the epoch before, or it would add up. */
  private void zeroingEachEpoch() {
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    for (int epoch = 0; epoch < 3; epoch++) {
      Tensor y = x.pow(2).mul(3).add(x.mul(4)).add(2);
      y.backward();
      out.println(x.grad());
      x.zeroGrad();
    }
  }

  /** The chain rule on paper: loss = mean((y_pred - y_true)²), so dloss = 2 (y_pred - y_true)/n. */
  private void gradientsByHand(Tensor x1, Tensor x2, Tensor w1, Tensor w2, Tensor b, Tensor yTrue) {
    out.println("x1: " + x1);
    out.println("x2: " + x2);
    // Nothing in here is recorded.
    try (var off = Autograd.noGrad()) {
      Tensor yPred = predict(x1, x2, w1, w2, b);
      Tensor dloss = yPred.sub(yTrue).mul(2).div(yTrue.numel());
      out.println("Gradients of loss with respect to w1: " + dloss.mul(x1).sum().item());
      out.println("Gradients of loss with respect to w2: " + dloss.mul(x2).sum().item());
      out.println("Gradient of loss with respect to b: " + dloss.sum().item());
    }
  }

  /** The same without paper; w1 and w2 have one number a sample, so their gradients have too. */
  private void gradientsByAutograd(
      Tensor x1, Tensor x2, Tensor w1, Tensor w2, Tensor b, Tensor yTrue) {
    Tensor yPred = predict(x1, x2, w1, w2, b);
    out.println("y_pred: " + yPred);
    out.println("y_true: " + yTrue);
    Tensor loss = yPred.sub(yTrue).pow(2).mean();
    out.println("loss: " + loss);
    loss.backward();
    out.println("Gradients of loss with respect to w1: " + w1.grad());
    out.println("Gradients of loss with respect to w2: " + w2.grad());
    out.println("Gradients of loss with respect to b: " + b.grad());
  }

  /** The same once more, for all features at once by a matrix product. */
  private void gradientsByMatrix(
      Tensor x1, Tensor x2, Tensor w1, Tensor w2, Tensor b, Tensor yTrue) {
    try (var off = Autograd.noGrad()) {
      // A row a sample, a column a feature: x1 and x2 are the columns.
      Tensor x = Tensor.of(new float[][] {{2, 2}, {3, 1}});
      Tensor yPred = predict(x1, x2, w1, w2, b);
      LinearGradient gradient = computeGradient(x, yTrue, yPred);
      // toArrayString() prints the numbers alone, as NumPy prints an array.
      out.println("dw: " + gradient.dw().toArrayString());
      out.println("db: " + gradient.db().toArrayString());
      long samples = x.size(0);
      out.println("dw: " + gradient.dw().div(samples).toArrayString());
      out.println("db: " + gradient.db().div(samples).toArrayString());
    }
  }

  private static Tensor predict(Tensor x1, Tensor x2, Tensor w1, Tensor w2, Tensor b) {
    return w1.mul(x1).add(w2.mul(x2)).add(b);
  }

  private record LinearGradient(Tensor dw, Tensor db) {}

  /** dw = (2/m) Xᵀ (y_pred - y) and db = (2/m) Σ (y_pred - y) for m samples. */
  private static LinearGradient computeGradient(Tensor x, Tensor y, Tensor yPred) {
    double scale = 2.0 / x.size(0);
    Tensor error = yPred.sub(y);
    return new LinearGradient(x.transpose(0, 1).matmul(error).mul(scale), error.sum().mul(scale));
  }
}
