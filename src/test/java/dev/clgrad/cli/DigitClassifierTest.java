package dev.clgrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Clgrad;
import dev.clgrad.data.StrokeDigits;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class DigitClassifierTest {
  @Test
  void learnsDigitsInFewSteps() {
    Clgrad.manualSeed(1);
    DigitClassifier classifier = new DigitClassifier(StrokeDigits.generate(7, 1920, 500));
    Progress progress = new Progress(new PrintWriter(new StringWriter()), false);
    DigitClassifier.Score before = classifier.score();
    assertEquals(Math.log(10), before.loss(), 0.5, "an untrained network knows nothing");
    for (int epoch = 1; epoch <= 3; epoch++) {
      assertTrue(classifier.trainEpoch(epoch, progress) > 0);
    }
    DigitClassifier.Score after = classifier.score();
    assertTrue(after.accuracy() >= 0.8, () -> "90 steps reach " + after);
    assertTrue(after.loss() < 0.7, () -> "90 steps reach " + after);
  }

  @Test
  void theSameSeedGivesTheSameNetwork() {
    Clgrad.manualSeed(5);
    float[] first = firstWeights();
    Clgrad.manualSeed(5);
    assertEquals(java.util.Arrays.toString(first), java.util.Arrays.toString(firstWeights()));
  }

  private static float[] firstWeights() {
    DigitClassifier classifier = new DigitClassifier(StrokeDigits.generate(7, 10, 10));
    return classifier.model().parameters().get(0).toFloatArray();
  }
}
