package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.schedule.Scheduler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of matrix products: einsum, tensordot, addmm and their like. */
class ProductsTest {
  private final Random random = new Random(29);

  private Tensor tensor(long... shape) {
    double[] data = random.doubles(Shape.of(shape).numel(), -1, 1).toArray();
    return Tensor.fromArray(data, DType.FLOAT64, Shape.of(shape), Device.getDefault());
  }

  /** An equation as nested loops: every combination of labels adds one product. */
  private static double[] loops(String equation, List<Tensor> operands) {
    String[] sides = equation.split("->", -1);
    String[] terms = sides[0].split(",", -1);
    TreeMap<Character, Long> sizes = new TreeMap<>();
    for (int i = 0; i < terms.length; i++) {
      for (int d = 0; d < terms[i].length(); d++) {
        sizes.merge(terms[i].charAt(d), operands.get(i).size(d), Math::max);
      }
    }
    List<double[]> data = operands.stream().map(Tensor::toDoubleArray).toList();
    int numel = 1;
    for (char label : sides[1].toCharArray()) {
      numel *= Math.toIntExact(sizes.get(label));
    }
    double[] y = new double[numel];
    List<Character> labels = new ArrayList<>(sizes.keySet());
    long count = sizes.values().stream().reduce(1L, (a, b) -> a * b);
    for (long n = 0; n < count; n++) {
      TreeMap<Character, Long> at = new TreeMap<>();
      long rest = n;
      for (char label : labels) {
        at.put(label, rest % sizes.get(label));
        rest /= sizes.get(label);
      }
      double product = 1;
      for (int i = 0; i < terms.length; i++) {
        product *= data.get(i)[position(terms[i], operands.get(i).shape(), at)];
      }
      long[] outSizes = sides[1].chars().mapToLong(l -> sizes.get((char) l)).toArray();
      y[position(sides[1], Shape.of(outSizes), at)] += product;
    }
    return y;
  }

  private static int position(String labels, Shape shape, Map<Character, Long> at) {
    long position = 0;
    for (int d = 0; d < labels.length(); d++) {
      long size = shape.size(d);
      position = position * size + (size == 1 ? 0 : at.get(labels.charAt(d)));
    }
    return (int) position;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void einsumIsNestedLoops(int operands) {
    for (int round = 0; round < 40; round++) {
      String alphabet = "abcDE";
      long[] sizes = random.ints(alphabet.length(), 1, 5).asLongStream().toArray();
      StringBuilder equation = new StringBuilder();
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < operands; i++) {
        int rank = random.nextInt(4);
        long[] shape = new long[rank];
        equation.append(i == 0 ? "" : ",");
        for (int d = 0; d < rank; d++) {
          int label = random.nextInt(alphabet.length());
          equation.append(alphabet.charAt(label));
          shape[d] = random.nextInt(8) == 0 ? 1 : sizes[label];
        }
        tensors.add(tensor(shape));
      }
      List<Character> used = new ArrayList<>();
      for (int i = 0; i < alphabet.length(); i++) {
        char label = alphabet.charAt(i);
        if (equation.indexOf(String.valueOf(label)) >= 0 && random.nextBoolean()) {
          used.add(label);
        }
      }
      Collections.shuffle(used, random);
      equation.append("->");
      used.forEach(equation::append);
      double[] expected = loops(equation.toString(), tensors);
      Tensor y = Tensor.einsum(equation.toString(), tensors.toArray(new Tensor[0]));
      assertArrayEquals(expected, y.toDoubleArray(), 1e-12, equation + " of " + tensors);
    }
  }

  /** The sum of the gradient times the operand is the value, for each operand: it is linear. */
  @Test
  void einsumDifferentiates() {
    for (String equation :
        List.of("ii->", "iij,jk->ik", "bij,bjk,kl->bil", "ab,ab->a", "ij,k->kji", "...i,i->...")) {
      String[] terms = equation.substring(0, equation.indexOf("->")).split(",", -1);
      Tensor[] operands = new Tensor[terms.length];
      for (int i = 0; i < terms.length; i++) {
        long[] shape = new long[terms[i].replace("...", "xy").length()];
        Arrays.fill(shape, 3);
        operands[i] = tensor(shape).requiresGrad(true);
      }
      Tensor y = Tensor.einsum(equation, operands);
      Tensor dy = tensor(y.shape().toArray());
      double value = y.mul(dy).sum().item();
      y.backward(dy, true, false);
      for (Tensor operand : operands) {
        Tensor grad = operand.grad();
        assertEquals(value, grad == null ? 0 : grad.mul(operand).sum().item(), 1e-10, equation);
      }
    }
  }

  @Test
  void einsumTakesEllipsesAndImplicitResults() {
    Tensor a = tensor(2, 1, 3, 4);
    Tensor b = tensor(5, 4, 6);
    assertClose(a.matmul(b), Tensor.einsum("...ij,...jk->...ik", a, b));
    assertClose(a.matmul(b), Tensor.einsum("...ij, ...jk", a, b));
    assertClose(a.transpose(2, 3), Tensor.einsum("...ij->...ji", a));
    assertClose(a.transpose(2, 3), Tensor.einsum("...ba", a));
    assertClose(a.sum(new int[] {0, 1}, false), Tensor.einsum("...ij->ij", a));
    // Capitals come first.
    assertClose(a.select(1, 0).transpose(0, 1), Tensor.einsum("bAc", a.select(1, 0)));
    assertClose(Tensor.scalar(6.0), Tensor.einsum(",->", Tensor.scalar(2.0), Tensor.scalar(3.0)));
  }

  private static void assertClose(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-12);
  }

  @Test
  void einsumRefusesWhatDoesNotFit() {
    Tensor a = tensor(2, 3);
    for (String equation :
        List.of("ij,jk", "ij->ijk", "ij->ii", "i->i", "ijk", "i1->i", "ij.->i", "...ijk->i")) {
      ShapeException error =
          assertThrows(ShapeException.class, () -> Tensor.einsum(equation, a), equation);
      assertTrue(error.getMessage().startsWith("einsum: equation \"" + equation), equation);
    }
    ShapeException sizes =
        assertThrows(ShapeException.class, () -> Tensor.einsum("ij,jk->ik", a, a));
    assertTrue(sizes.getMessage().contains("label j has sizes 3 and 2"), sizes.getMessage());
    assertThrows(ShapeException.class, () -> Tensor.einsum(""));
    assertThrows(DTypeException.class, () -> Tensor.einsum("ij,ij->", a, a.to(DType.FLOAT32)));
  }

  @Test
  void tensordotAndKronAreTheirEinsums() {
    Tensor a = tensor(2, 3, 4);
    Tensor b = tensor(4, 3, 5);
    assertClose(
        Tensor.einsum("ijk,kjl->il", a, b), a.tensordot(b, new int[] {1, 2}, new int[] {1, -3}));
    assertClose(Tensor.einsum("ijk,klm->ijlm", a, b), a.tensordot(b, 1));
    assertClose(Tensor.einsum("ijk,lmn->ijklmn", a, b), a.tensordot(b, 0));
    assertThrows(ShapeException.class, () -> a.tensordot(b, 2));
    assertThrows(ShapeException.class, () -> a.tensordot(b, 4));
    assertThrows(ShapeException.class, () -> a.tensordot(b, new int[] {1, 1}, new int[] {1, 1}));
    assertThrows(DTypeException.class, () -> a.tensordot(b.to(DType.FLOAT32), 1));
    Tensor c = tensor(2, 3);
    Tensor d = tensor(4);
    assertClose(Tensor.einsum("ij,k->ijk", c, d).reshape(2, 12), c.kron(d));
    assertClose(
        Tensor.einsum("ij,abc->aibjc", c, a.slice(2, 0, 2)).reshape(4, 9, 2).sum(),
        a.slice(2, 0, 2).kron(c).sum());
  }

  @Test
  void betaZeroIgnoresTheInput() {
    Tensor nan = Tensor.full(Shape.of(2, 3), Double.NaN, DType.FLOAT64).requiresGrad(true);
    Tensor a = tensor(2, 4);
    Tensor b = tensor(4, 3);
    Tensor y = nan.addmm(a, b, 0, 2);
    assertClose(a.mm(b).mul(2), y);
    y.sum().backward();
    Tensor grad = nan.grad();
    assertArrayEquals(new double[6], grad == null ? new double[0] : grad.toDoubleArray());
    assertClose(a.mm(b), nan.detach().addmm(a, b, 0, 1));
    assertTrue(Double.isNaN(nan.addmm(a, b).sum().item()));
    assertClose(a.mv(b.select(1, 0)).mul(3), nan.detach().sum().addmv(a, b.select(1, 0), 0, 3));
  }

  @Test
  void whatFollowsOnTheProductIsComputedInItsLaunch() {
    Tensor x = tensor(5, 4);
    Tensor weight = tensor(3, 4);
    Tensor bias = tensor(3);
    Scheduler scheduler = Device.getDefault().scheduler();
    boolean fused = scheduler.isFused();
    scheduler.setFused(true);
    int product = x.mm(weight.t()).explain().launches().size();
    assertEquals(product, x.linear(weight, bias).explain().launches().size());
    assertEquals(product, bias.addmm(x, weight.t(), 2, 3).explain().launches().size());
    scheduler.setFused(fused);
  }

  @Test
  void refusesInputsThatDoNotFit() {
    Tensor a = tensor(2, 3);
    Tensor b = tensor(3, 4);
    assertMessage("addmm: the input of shape [5, 4]", () -> tensor(5, 4).addmm(a, b));
    assertMessage("addmm: the input of shape [1, 2, 4]", () -> tensor(1, 2, 4).addmm(a, b));
    assertMessage("addmm: shapes [2, 3] and [2, 3]", () -> tensor(2, 3).addmm(a, a));
    assertMessage("addmv: shapes", () -> tensor(2).addmv(a, b));
    assertMessage("baddbmm: shapes", () -> tensor(2).baddbmm(a, b));
    assertMessage("linear: the weight has shape", () -> a.linear(tensor(1, 2, 3)));
    assertMessage("linear: the input has shape", () -> a.linear(b));
    assertMessage("linear: the bias has shape", () -> a.linear(b.t(), tensor(2)));
    assertMessage("bilinear: the weight", () -> a.bilinear(a, b, null));
    assertMessage("bilinear: the inputs have", () -> a.bilinear(b, tensor(1, 3, 4), null));
    assertMessage("bilinear: the inputs of", () -> a.bilinear(a, tensor(1, 3, 4), null));
    assertThrows(DTypeException.class, () -> a.to(DType.FLOAT32).addmm(a, b));
    assertThrows(DTypeException.class, () -> a.linear(b.t(), tensor(4).to(DType.FLOAT32)));
    Tensor whole = Tensor.of(1, 2).to(DType.INT64).reshape(1, 2);
    assertThrows(DTypeException.class, () -> whole.addmm(whole, whole.t().matmul(whole), 1, 0.5));
  }

  private static void assertMessage(String start, Executable call) {
    ShapeException error = assertThrows(ShapeException.class, call);
    assertTrue(error.getMessage().startsWith(start), error.getMessage());
  }
}
