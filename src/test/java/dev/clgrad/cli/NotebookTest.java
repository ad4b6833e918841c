package dev.clgrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.backend.Selection;
import dev.clgrad.cli.Child.Result;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class NotebookTest {
  private static final String EXPECTED =
      """
      x tensor(3., requires_grad=True)
      Gradient of y with respect to x tensor(6.)
      y = 3x^2 + 4x + 2 =  41.0
      derivative of `y` with respect to `x` = tensor(28.)
      tensor(3., requires_grad=True)
      tensor(3.)
      tensor(3.)
      tensor(22.)
      tensor(22.)
      tensor(22.)
      x1: tensor([2., 3.], requires_grad=True)
      x2: tensor([2., 1.], requires_grad=True)
      Gradients of loss with respect to w1: -16.0
      Gradients of loss with respect to w2: -8.0
      Gradient of loss with respect to b: -6.0
      y_pred: tensor([ 9., 11.], grad_fn=<AddBackward0>)
      y_true: tensor([11., 15.])
      loss: tensor(10., grad_fn=<MeanBackward0>)
      Gradients of loss with respect to w1: tensor([ -4., -12.])
      Gradients of loss with respect to w2: tensor([-4., -4.])
      Gradients of loss with respect to b: tensor(-6.)
      dw: [-16.  -8.]
      db: -6.0
      dw: [-8. -4.]
      db: -3.0
      """;

  @Test
  void printsTheExpectedLinesOnTheDeviceUnderTest() {
    StringWriter text = new StringWriter();
    new Notebook(new PrintWriter(text)).run();
    assertEquals(EXPECTED, text.toString().replace(System.lineSeparator(), "\n"));
  }

  @Test
  void theCommandPrintsNothingElseOnTheDeviceUnderTest() throws Exception {
    checkCommand(Selection.configuredPolicy());
  }

  @Test
  void theCommandPrintsNothingElseOnTheCpu() throws Exception {
    checkCommand("cpu");
  }

  private static void checkCommand(String policy) throws Exception {
    // A locale with other digits and a decimal comma changes nothing.
    Result result =
        Child.ofClgrad("-Duser.language=ar", "-Duser.country=EG", "-Duser.extensions=u-nu-arab")
            .run("notebook", "--device", policy);
    assertEquals(EXPECTED, result.out(), result.err());
    assertEquals(0, result.status(), result.err());
  }
}
