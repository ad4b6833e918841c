package dev.clgrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.ClgradException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class BatchesTest {
  /** 20 pictures; number i has pixels i, i + 1, ... modulo 256, and the label i % 10. */
  private static final Digits.Part PART = part();

  private static Digits.Part part() {
    byte[] images = new byte[20 * Digits.PIXELS];
    byte[] labels = new byte[20];
    for (int i = 0; i < 20; i++) {
      labels[i] = (byte) (i % 10);
      for (int p = 0; p < Digits.PIXELS; p++) {
        images[i * Digits.PIXELS + p] = (byte) (i + p);
      }
    }
    return new Digits.Part(images, labels);
  }

  /** Which pictures an epoch gives, checking each one's pixels and label. */
  private static List<Integer> order(Batches batches, int epoch) {
    List<Integer> order = new ArrayList<>();
    for (Batches.Batch batch : batches.epoch(epoch)) {
      assertEquals(batch.size() * Digits.PIXELS, batch.images().length);
      for (int i = 0; i < batch.size(); i++) {
        int picture = Math.round(batch.images()[i * Digits.PIXELS] * 255);
        order.add(picture);
        assertEquals(picture % 10, batch.labels()[i]);
        for (int p = 0; p < Digits.PIXELS; p++) {
          float expected = (float) (((picture + p) & 0xFF) / 255.0);
          assertEquals(expected, batch.images()[i * Digits.PIXELS + p]);
        }
      }
    }
    return order;
  }

  private static List<Integer> inOrder() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      order.add(i);
    }
    return order;
  }

  @Test
  void inOrderUnlessShuffled() {
    assertEquals(inOrder(), order(Batches.of(PART, 6), 0));
    assertEquals(inOrder(), order(Batches.of(PART, 100), 3));
  }

  @Test
  void theLastBatchHasWhatIsLeft() {
    Batches batches = Batches.of(PART, 6);
    List<Integer> sizes = new ArrayList<>();
    for (Batches.Batch batch : batches.epoch(0)) {
      sizes.add(batch.size());
    }
    assertEquals(List.of(6, 6, 6, 2), sizes);
    assertEquals(4, batches.count());
    assertEquals(20, batches.size());
    assertEquals(4, Batches.of(PART, 5).count());
    assertEquals(1, Batches.of(PART, Integer.MAX_VALUE).count());
  }

  @Test
  void everyEpochHasAnOrderOfItsOwnThatCanBeRepeated() {
    Batches batches = Batches.of(PART, 6).shuffled(1);
    List<Integer> first = order(batches, 0);
    List<Integer> second = order(batches, 1);
    assertEquals(
        List.of(18, 0, 1, 3, 14, 12, 6, 5, 7, 17, 11, 16, 4, 10, 15, 2, 13, 9, 19, 8),
        first,
        "the same on every machine");
    assertNotEquals(first, second);
    assertEquals(inOrder(), first.stream().sorted().toList());
    assertEquals(inOrder(), second.stream().sorted().toList());
    assertEquals(first, order(Batches.of(PART, 4).shuffled(1), 0));
    assertNotEquals(first, order(Batches.of(PART, 6).shuffled(2), 0));
  }

  @Test
  void normalizes() {
    Batches.Batch batch = Batches.of(PART, 1).normalized(0.25, 0.5).epoch(0).iterator().next();
    float[] expected = new float[Digits.PIXELS];
    for (int p = 0; p < expected.length; p++) {
      expected[p] = (float) (((p & 0xFF) / 255.0 - 0.25) / 0.5);
    }
    assertArrayEquals(expected, batch.images());
    assertEquals(-0.5f, batch.images()[0]);
    assertEquals(1.5f, batch.images()[255]);
  }

  @Test
  void anEpochEnds() {
    Iterator<Batches.Batch> epoch = Batches.of(PART, 20).epoch(0).iterator();
    assertTrue(epoch.hasNext());
    epoch.next();
    assertFalse(epoch.hasNext());
    assertThrows(NoSuchElementException.class, epoch::next);
  }

  @Test
  void refusesWhatMakesNoSense() {
    ClgradException size = assertThrows(ClgradException.class, () -> Batches.of(PART, 0));
    assertEquals("batches: batch size is 0; expected at least 1, such as 128", size.getMessage());
    Batches batches = Batches.of(PART, 1);
    for (double deviation : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      ClgradException e =
          assertThrows(ClgradException.class, () -> batches.normalized(0.1, deviation));
      assertTrue(
          String.valueOf(e.getMessage()).contains("mean 0.1 and deviation " + deviation),
          e.getMessage());
    }
    assertThrows(ClgradException.class, () -> batches.normalized(Double.NaN, 1));
  }
}
