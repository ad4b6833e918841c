package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.diagram.Pictures;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Keeps the pictures and the text in the documentation as the library makes them, on the CPU
 * backend. With {@code -Dclgrad.writePictures=true} the pictures are written anew.
 */
class DocumentedPicturesTest {
  private final Device cpu = Device.of("cpu");
  private final Device usual = Device.getDefault();
  private final boolean fused = cpu.scheduler().isFused();
  private Sequential model = new Sequential();
  private Tensor logits = Tensor.scalar(0f);

  @BeforeEach
  void runTheExampleOnTheCpu() {
    Device.setDefault(cpu);
    cpu.scheduler().setFused(true);
    Clgrad.manualSeed(1);
    Tensor inputs = Tensor.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    model = new Sequential(new Linear(2, 16), Activation.tanh(), new Linear(16, 2));
    model.parameters().forEach(Tensor::toFloatArray);
    logits = model.forward(inputs);
  }

  @AfterEach
  void restore() {
    cpu.scheduler().setFused(fused);
    Device.setDefault(usual);
  }

  @Test
  void theTextInTheReadmeIsWhatExplainSays() throws IOException {
    String text = logits.explain(model.namedParameters()).toString();
    String readme = Files.readString(Path.of("README.md"));
    assertTrue(readme.contains("```\n" + text + "\n```\n"), text);
  }

  @Test
  void thePictureOfLaunchesIsWhatExplainDraws() throws IOException {
    check("launches.svg", logits.explain(model.namedParameters()).toSvg());
  }

  @Test
  void thePictureOfTheGraphIsWhatGraphDraws() throws IOException {
    check("graph.svg", Autograd.graph(List.of(logits), model.namedParameters()).toSvg());
  }

  @Test
  void thePictureOfAChangeInPlaceIsWhatGraphDraws() throws IOException {
    Tensor x = Tensor.of(1f, 2f, 3f, 4f).requiresGrad(true);
    Tensor w = Tensor.of(5f, 6f).requiresGrad(true);
    Tensor y = x.mul(2);
    y.slice(0, 1, 3).mul_(w);
    Tensor loss = y.square().sum();
    check("autograd.svg", Autograd.graph(List.of(loss), Map.of("x", x, "w", w)).toSvg());
  }

  private static void check(String file, String svg) throws IOException {
    Path path = Path.of("docs/pictures", file);
    if (Boolean.getBoolean("clgrad.writePictures")) {
      Files.writeString(path, svg);
    }
    assertTrue(Pictures.assertTidy(svg) > 0);
    assertEquals(Files.readString(path), svg, file + " is stale: see docs/decisions/pictures.md");
  }
}
