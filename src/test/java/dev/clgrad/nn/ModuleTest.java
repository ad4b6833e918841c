package dev.clgrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleTest {
  /** Two layers that share one tensor, and a parameter of its own. */
  private static final class Tied extends Module {
    final Tensor scale = parameter("scale", Tensor.of(2f, 3f));
    final Linear inner = module("inner", new Linear(2, 2));

    Tied() {
      parameter("again", inner.weight());
    }

    @Override
    public Tensor forward(Tensor x) {
      return inner.forward(x).mul(scale);
    }

    void take(String name) {
      parameter(name, Tensor.of(1f));
    }
  }

  @Test
  void namesParametersByTheirPlace() {
    Sequential model = new Sequential(new Linear(3, 4), Activation.relu(), new Linear(4, 2, false));
    assertEquals(
        List.of("0.weight", "0.bias", "2.weight"),
        new ArrayList<>(model.namedParameters().keySet()));
    assertEquals(3, model.parameters().size());
    assertSame(model.parameters().get(2), model.namedParameters().get("2.weight"));
    assertEquals(List.of("0", "1", "2"), new ArrayList<>(model.namedChildren().keySet()));
  }

  @Test
  void listsASharedParameterOnce() {
    Tied tied = new Tied();
    assertEquals(
        List.of("scale", "again", "inner.bias"), new ArrayList<>(tied.namedParameters().keySet()));
    tied.parameters().forEach(p -> assertTrue(p.requiresGrad() && p.isLeaf()));
  }

  @Test
  void refusesNamesThatAreTakenOrHaveDots() {
    Tied tied = new Tied();
    for (String name : List.of("scale", "inner", "a.b", "")) {
      ClgradException e = assertThrows(ClgradException.class, () -> tied.take(name));
      assertTrue(e.getMessage().contains("\"" + name + "\""), e.getMessage());
    }
  }

  @Test
  void zeroGradReachesEveryParameter() {
    Tied tied = new Tied();
    tied.forward(Tensor.of(1f, 2f).reshape(1, 2)).sum().backward();
    tied.parameters().forEach(p -> assertTrue(p.grad() != null));
    tied.zeroGrad();
    tied.parameters().forEach(p -> assertNull(p.grad()));
  }

  @Test
  void trainingModeReachesEveryModule() {
    Linear linear = new Linear(1, 1);
    Sequential model = new Sequential(new Sequential(linear));
    assertTrue(linear.isTraining());
    assertSame(model, model.eval());
    assertFalse(linear.isTraining());
    assertSame(model, model.train());
    assertTrue(linear.isTraining());
  }

  @Test
  void printsItsParts() {
    assertEquals(
        """
        Sequential(
          (0): Linear(3, 4)
          (1): Sequential(
            (0): relu
          )
          (2): Linear(4, 2, no bias)
        )""",
        new Sequential(new Linear(3, 4), new Sequential(Activation.relu()), new Linear(4, 2, false))
            .toString());
  }

  @Test
  void activationsAreWhatTheirNamesSay() {
    Tensor x = Tensor.of(-1f, 0f, 2f);
    assertEquals(x.relu().toString(), Activation.relu().forward(x).toString());
    assertEquals(x.sigmoid().toString(), Activation.sigmoid().forward(x).toString());
    assertEquals(x.tanh().toString(), Activation.tanh().forward(x).toString());
    assertEquals(
        "tensor([1., 0., 4.])", Activation.of("square", t -> t.mul(t)).forward(x).toString());
    assertEquals(x.toString(), new Sequential().forward(x).toString());
  }
}
