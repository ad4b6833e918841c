package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is refused when a pointwise kernel is registered, and what the message says of it. */
class PointwiseKernelSourceTest {
  private static final String FORWARD = "PURE real f_forward(real x) { return x; }\n";
  private static final String BACKWARD = "PURE real f_backward(real dy, real x) { return dy; }\n";

  private static void refuses(PointwiseKernel.Builder builder, String... parts) {
    KernelBuildException refused =
        assertThrows(KernelBuildException.class, () -> builder.register(Device.of("cpu")));
    for (String part : parts) {
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains(part), () -> message + "\nlacks: " + part);
    }
  }

  private static PointwiseKernel.Builder of(String source) {
    return PointwiseKernel.builder("f").source(source);
  }

  @Test
  void functionsMustBeThereAndTakeTheirParameters() {
    refuses(of(FORWARD), "no function f_backward", "PURE real f_backward(real dy, real x)");
    refuses(of(""), "no function f_forward");
    refuses(of(FORWARD + BACKWARD).inputs(2), "f.cl:1", "f_forward has 1 parameters", "2: PURE");
    refuses(of(FORWARD + BACKWARD).parameters(1), "f.cl:1", "real f_forward(real x, real p0)");
    refuses(
        of(FORWARD + BACKWARD).saves(PointwiseKernel.Saves.NOTHING),
        "f.cl:2",
        "f_backward has 2 parameters and must have 1");
    refuses(
        of(FORWARD.replace("real x", "float x") + BACKWARD),
        "f.cl:1",
        "f_forward must take and return real");
    refuses(of(FORWARD + BACKWARD.replaceFirst("real", "float")), "f.cl:2", "must take and return");
    // What stands in comments and other branches of the preprocessor is no function.
    refuses(of("/* " + FORWARD + "*/ //" + FORWARD + BACKWARD), "no function f_forward");
  }

  @Test
  void onlyFunctionsMayStandInASource() {
    refuses(
        of(FORWARD + "\n__kernel void f(__global float* x) { }\n" + BACKWARD),
        "f.cl:3",
        "KernelProgram");
    refuses(of("__constant float c = 1;\n" + FORWARD), "f.cl:1", "expected a function");
    refuses(of("\nreal g(real x) { return x; }\n" + FORWARD), "f.cl:2", "g must begin with PURE");
    refuses(of(FORWARD + BACKWARD.replace("}", "")), "f.cl:3", "never closed");
    refuses(of(FORWARD + BACKWARD + "}"), "f.cl:3", "closes nothing");
    refuses(of(FORWARD + BACKWARD + "PURE real g(real x)"), "f.cl:3", "not complete");
  }

  @Test
  void namesOfClgradsOwnAreTaken() {
    refuses(of("#define K 1\n" + FORWARD + BACKWARD), "f.cl:1", "K is a word");
    refuses(of("# undef ELEM\n" + FORWARD + BACKWARD), "f.cl:1", "ELEM is a word");
    refuses(of(FORWARD + BACKWARD + "PURE real POW(real x) { return x; }"), "f.cl:3", "POW");
    refuses(PointwiseKernel.builder("tanh").source(FORWARD), "tanh", "operation of clgrad");
  }

  @Test
  void namesMustBeIdentifiers() {
    for (String name : new String[] {"", "my op", "2f", "a-b", "_f", "größe"}) {
      KernelBuildException refused =
          assertThrows(KernelBuildException.class, () -> PointwiseKernel.builder(name));
      assertTrue(String.valueOf(refused.getMessage()).contains("no identifier"));
    }
  }

  @Test
  void theDescriptionMustBeWhole() {
    refuses(PointwiseKernel.builder("f"), "no source");
    refuses(of(FORWARD + BACKWARD).cpuTwin(v -> v[0]), "0 backward functions");
    assertThrows(KernelBuildException.class, () -> PointwiseKernel.builder("f").inputs(0));
    assertThrows(KernelBuildException.class, () -> PointwiseKernel.builder("f").inputs(9));
    assertThrows(KernelBuildException.class, () -> PointwiseKernel.builder("f").parameters(-1));
  }

  @Tag("opencl")
  @Test
  void compilersErrorsShowTheSourcesOwnLines() {
    Device device = Device.of("opencl");
    String undeclared = FORWARD + "\n\n" + BACKWARD.replace("return dy", "return dy * unknown");
    KernelBuildException error =
        assertThrows(KernelBuildException.class, () -> of(undeclared).register(device));
    String message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith("f: f.cl did not build"), message);
    assertTrue(message.contains("f.cl:4"), message);
    assertTrue(message.contains("unknown"), message);
    // A vector has no single truth.
    String branches = FORWARD.replace("return", "if (x > K(0)) return K(1); return") + BACKWARD;
    assertThrows(KernelBuildException.class, () -> of(branches).register(device));
    of(FORWARD + BACKWARD).register(device);
  }
}
