package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What derivatives of functions refuse, and that the errors say why. */
class FunctionalErrorsTest {
  private static void refused(Class<? extends ClgradException> kind, String says, Executable call) {
    ClgradException e = assertThrows(kind, call);
    assertTrue(String.valueOf(e.getMessage()).contains(says), e.getMessage());
  }

  @Test
  void strictRefusesIndependence() {
    Tensor x = Tensor.of(1.0, 2.0);
    Tensor y = Tensor.of(3.0).requiresGrad(true);
    Function<List<Tensor>, List<Tensor>> first = in -> List.of(in.get(0).square());
    Class<AutogradException> kind = AutogradException.class;
    List<Tensor> both = List.of(x, y);
    refused(
        kind,
        "jacobian: output 0 does not require gradients",
        () -> Functional.jacobian(t -> t.detach(), x, false, true));
    refused(
        kind,
        "jacobian: output 0 does not depend on input 1",
        () -> Functional.jacobian(first, both, false, true));
    refused(
        kind,
        "vjp: the output does not depend on input 1",
        () -> Functional.vjp(first, both, List.of(x), false, true));
    refused(
        kind,
        "jvp: output does not depend on input 1",
        () -> Functional.jvp(first, both, both, false, true));
    refused(
        kind,
        "jvp: output 1 does not depend on an input",
        () ->
            Functional.jvp(
                in -> List.of(in.get(0).exp(), y.exp()), List.of(x), List.of(x), false, true));
    refused(
        kind,
        "hessian: the gradient of input 0 does not",
        () -> Functional.hessian(t -> t.sum(), x, false, true));
    refused(
        kind,
        "vhp: the gradient does not depend on input 0",
        () -> Functional.vhp(t -> t.sum(), x, x, false, true));
    refused(kind, "hvp: ", () -> Functional.hvp(t -> t.sum(), x, x, false, true));
    refused(
        kind,
        "cannot be differentiated again",
        () -> Functional.jacobian(t -> t.mul(2), x, true, true));
    assertArrayEquals(
        new double[] {2, 0, 0, 2},
        Functional.jacobian(t -> t.mul(2), x, false, true).toDoubleArray());
  }

  @Test
  void refusesWhatDoesNotFit() {
    Tensor x = Tensor.of(1.0, 2.0);
    refused(
        ShapeException.class,
        "hessian: the function gave a tensor of shape [2]",
        () -> Functional.hessian(Tensor::exp, x));
    refused(ShapeException.class, "hvp: ", () -> Functional.hvp(Tensor::exp, x, x));
    refused(ShapeException.class, "vhp: ", () -> Functional.vhp(Tensor::exp, x, x));
    refused(
        ShapeException.class,
        "vjp: v 0 has shape [1] and output 0 has [2]",
        () -> Functional.vjp(Tensor::exp, x, Tensor.of(1.0)));
    refused(
        DTypeException.class,
        "jvp: v 0 is of float32 and input 0 of float64",
        () -> Functional.jvp(Tensor::exp, x, Tensor.of(1f, 2f)));
    refused(
        AutogradException.class,
        "jvp: v may be left out only",
        () -> Functional.jvp(Tensor::exp, x, null));
    refused(
        ShapeException.class,
        "jvp: v has 0 tensors and there are 1 inputs",
        () -> Functional.jvp(in -> in, List.of(x), List.of()));
    refused(
        DTypeException.class,
        "jacobian: input 0 is of int64",
        () -> Functional.jacobian(t -> t.add(1), Tensor.of(1L)));
    refused(
        AutogradException.class,
        "jacobian: there are no inputs",
        () -> Functional.jacobian(in -> in, List.of()));
  }
}
