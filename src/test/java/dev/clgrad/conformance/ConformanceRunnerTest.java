package dev.clgrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner must be able to fail: it finds every kind of wrong expectation. */
class ConformanceRunnerTest {
  private static final String ADD =
      """
      {"id":"ID","op":"add","dtype":"float32","inputs":[
       {"arg":"input","dtype":"float32","shape":[2],"strides":null,"data":[1,2],"requiresGrad":true},
       {"arg":"other","dtype":"float32","shape":[2],"strides":[3],"data":[10,20],"requiresGrad":true}],
       "attrs":{},"outputs":[{"dtype":"float32","shape":[2],"data":[11,22]}],
       "gradOutputs":[{"dtype":"float32","shape":[2],"data":[3,4]}],
       "grads":[{"dtype":"float32","shape":[2],"data":[3,4]},{"dtype":"float32","shape":[2],"data":[3,4]}],
       "rtol":1e-6,"atol":1e-6}
      """
          .replace("\n", "");
  private static final String ADD_ERROR =
      """
      {"id":"ID","op":"add","dtype":"float32","inputs":[
       {"arg":"input","dtype":"float32","shape":[2],"strides":null,"data":[1,2],"requiresGrad":false},
       {"arg":"other","dtype":"float32","shape":[3],"strides":null,"data":[1,2,3],"requiresGrad":false}],
       "attrs":{},"error":"shapes-not-broadcastable"}
      """
          .replace("\n", "");

  @TempDir Path folder;

  private record Result(int status, String out, String err) {
    String lastLine() {
      return out.strip().substring(out.strip().lastIndexOf('\n') + 1);
    }
  }

  private Result run(String... cases) throws IOException {
    Files.writeString(folder.resolve("cases.jsonl"), String.join("\n", cases) + "\n");
    return runWith(new String[] {folder.toString()});
  }

  private static Result runWith(String[] args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Conformance.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void failsNaming(String what, String test) throws IOException {
    Result result = run(test.replace("ID", "wrong-000"));
    assertEquals(1, result.status(), result.out());
    assertTrue(result.out().contains("FAILED wrong-000: "), result.out());
    assertTrue(result.out().contains(what), result.out());
    assertTrue(
        result
            .lastLine()
            .startsWith("conformance: 0 passed, 1 failed, 0 unsupported of 1 cases on "),
        result.out());
  }

  private void unsupported(String reason, String test) throws IOException {
    Result result = run(test);
    assertEquals(0, result.status(), result.out());
    assertTrue(result.out().contains("(" + reason + ")"), result.out());
    assertTrue(
        result
            .lastLine()
            .startsWith("conformance: 0 passed, 0 failed, 1 unsupported of 1 cases on "),
        result.out());
  }

  @Test
  void rightCasesPass() throws IOException {
    Result result = run(ADD, ADD_ERROR);
    assertEquals(0, result.status(), result.out());
    assertTrue(result.out().contains("add: 2 passed, 0 failed, 0 unsupported"), result.out());
    assertTrue(
        result
            .lastLine()
            .startsWith("conformance: 2 passed, 0 failed, 0 unsupported of 2 cases on "),
        result.out());
  }

  @Test
  void compressedFilesAreRead() throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("more.jsonl.gz")))) {
      out.write(ADD.getBytes(StandardCharsets.UTF_8));
    }
    Result result = run(ADD);
    assertTrue(result.lastLine().contains(" of 2 cases on "), result.out());
  }

  @Test
  void aWrongValueFails() throws IOException {
    failsNaming("expected 12.0, actual 11.0", ADD.replace("[11,22]", "[12,22]"));
    failsNaming("expected NaN, actual 11.0", ADD.replace("[11,22]", "[\"NaN\",22]"));
    failsNaming("expected Infinity, actual 11.0", ADD.replace("[11,22]", "[\"Infinity\",22]"));
  }

  @Test
  void aWrongShapeOrDtypeFails() throws IOException {
    failsNaming(
        "expected float32 [1, 2], actual float32 [2]",
        ADD.replace(
            "[{\"dtype\":\"float32\",\"shape\":[2],\"data\":[11,22]}]",
            "[{\"dtype\":\"float32\",\"shape\":[1,2],\"data\":[11,22]}]"));
    failsNaming(
        "expected float64 [2], actual float32 [2]",
        ADD.replace(
            "[{\"dtype\":\"float32\",\"shape\":[2],\"data\":[11,22]}]",
            "[{\"dtype\":\"float64\",\"shape\":[2],\"data\":[11,22]}]"));
  }

  @Test
  void aWrongNumberOfOutputsFails() throws IOException {
    failsNaming(
        "expected 0 outputs, actual 1",
        ADD.replace("[{\"dtype\":\"float32\",\"shape\":[2],\"data\":[11,22]}]", "[]"));
  }

  @Test
  void aWrongGradientFails() throws IOException {
    String wrong = ADD.substring(0, ADD.lastIndexOf("[3,4]")) + "[3,5]}],\"rtol\":0,\"atol\":0}";
    failsNaming("gradient of other", wrong);
  }

  @Test
  void aCallThatMustThrowAndDoesNotFails() throws IOException {
    failsNaming(
        "expected an error (shapes-not-broadcastable)",
        ADD_ERROR.replace("\"shape\":[3]", "\"shape\":[3,1]"));
  }

  @Test
  void anotherExceptionThanAskedForFails() throws IOException {
    failsNaming(
        "threw",
        ADD.replace(
            "\"shape\":[2],\"strides\":[3],\"data\":[10,20]",
            "\"shape\":[3],\"strides\":[3],\"data\":[10,20,30]"));
    failsNaming(
        "threw", ADD.replace("\"shape\":[2],\"strides\":[3]", "\"shape\":[3],\"strides\":[3]"));
    failsNaming("no input input", ADD_ERROR.replace("\"arg\":\"input\"", "\"arg\":\"other\""));
  }

  @Test
  void whatIsNotThereIsUnsupported() throws IOException {
    unsupported("op no_such_op", ADD.replace("\"op\":\"add\"", "\"op\":\"no_such_op\""));
    unsupported("attribute no_such", ADD.replace("\"attrs\":{}", "\"attrs\":{\"no_such\":1}"));
    unsupported("input no_such", ADD.replace("\"arg\":\"other\"", "\"arg\":\"no_such\""));
    unsupported("dtype complex64", ADD.replace("\"float32\"", "\"complex64\""));
    unsupported(
        "attribute no_such", ADD_ERROR.replace("\"attrs\":{}", "\"attrs\":{\"no_such\":1}"));
  }

  @Test
  void aFolderWithoutCasesIsAnError() {
    for (String path : new String[] {folder.toString(), folder.resolve("none").toString()}) {
      Result result = runWith(new String[] {path});
      assertEquals(2, result.status());
      assertTrue(result.err().contains(path), result.err());
      assertEquals("", result.out());
    }
  }

  @Test
  void aBrokenLineIsAnErrorThatNamesIt() throws IOException {
    Result result = run(ADD, "{\"id\":");
    assertEquals(2, result.status());
    assertTrue(result.err().contains("cases.jsonl:2"), result.err());
    result = run("{\"id\":\"x\"}");
    assertEquals(2, result.status());
    assertTrue(result.err().contains("cases.jsonl:1"), result.err());
  }

  @Test
  void unknownOptionsAreAnError() {
    assertEquals(2, runWith(new String[] {"--no-such-option"}).status());
    assertEquals(2, runWith(new String[] {"a", "b"}).status());
  }

  @Test
  void stridedInputsAreViewsWithTheSameElements() {
    Comparison exact = new Comparison(0, 0, true);
    int strided = 0;
    for (Case test : CaseFiles.read(CaseFiles.shipped())) {
      for (TensorData input : test.inputs()) {
        if (input.strides() != null) {
          strided++;
          Tensor tensor = Tensors.leaf(input);
          assertFalse(tensor.isContiguous(), test.id());
          assertTrue(tensor.isLeaf(), test.id());
          assertEquals("", exact.difference(test.id(), input, Tensors.read(tensor)));
        }
      }
    }
    assertTrue(strided > 200, strided + " strided inputs");
  }

  @Test
  void theRuleOfComparison() {
    Comparison rule = new Comparison(1e-3, 1e-6, false);
    double inf = Double.POSITIVE_INFINITY;
    assertTrue(rule.same(1000, 1001));
    assertFalse(rule.same(1000, 1002));
    assertTrue(rule.same(0, 1e-6));
    assertFalse(rule.same(0, 2e-6));
    assertTrue(rule.same(Double.NaN, Double.NaN));
    assertFalse(rule.same(Double.NaN, 1));
    assertFalse(rule.same(1, Double.NaN));
    assertTrue(rule.same(-inf, -inf));
    assertFalse(rule.same(inf, -inf));
    assertFalse(rule.same(inf, 1e300));
    assertFalse(rule.same(1, inf));
    assertTrue(rule.same(0, -0.0));
    assertFalse(new Comparison(1, 1, true).same(0, -0.0));
    assertTrue(new Comparison(0, 0, false).same(0.5, 0.5));
    assertFalse(new Comparison(0, 0, false).same(0.5, Math.nextUp(0.5)));
  }

  @Test
  void errorsNameTheOpInEitherSpelling() {
    assertTrue(CaseRunner.namesOp("crossEntropy: bad", "cross_entropy"));
    assertTrue(CaseRunner.namesOp("in cross_entropy, bad", "cross_entropy"));
    assertTrue(CaseRunner.namesOp("oneHot takes", "one_hot"));
    assertFalse(CaseRunner.namesOp("addmm: bad", "add"));
    assertFalse(CaseRunner.namesOp("shapes differ", "add"));
  }
}
