package dev.clgrad.data;

import dev.clgrad.ClgradException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The pictures of a data set in batches of floats, in a new order each epoch.
 *
 * <p>The order depends on nothing but the seed and the epoch's number, so an epoch can be repeated
 * or begun from any point. Immutable; an epoch's batches are made one at a time as they are asked
 * for.
 */
public final class Batches {
  /** Some pictures with their labels. */
  public static final class Batch {
    private final float[] images;
    private final long[] labels;

    Batch(float[] images, long[] labels) {
      this.images = images;
      this.labels = labels;
    }

    /** The number of pictures. */
    public int size() {
      return labels.length;
    }

    /** The normalized pixels, {@link Digits#PIXELS} a picture; not copied. */
    public float[] images() {
      return images;
    }

    /** The labels, 0 to 9; not copied. */
    public long[] labels() {
      return labels;
    }
  }

  private final Digits.Part part;
  private final int batchSize;
  private final boolean shuffled;
  private final long seed;
  private final float[] levels;

  private Batches(Digits.Part part, int batchSize, boolean shuffled, long seed, float[] levels) {
    this.part = part;
    this.batchSize = batchSize;
    this.shuffled = shuffled;
    this.seed = seed;
    this.levels = levels;
  }

  /**
   * Batches in the order of the data, pixels scaled to [0, 1].
   *
   * @param batchSize pictures a batch; the last one of an epoch has what is left
   * @throws ClgradException if the batch size is not positive
   */
  public static Batches of(Digits.Part part, int batchSize) {
    if (batchSize < 1) {
      throw new ClgradException(
          "batches: batch size is " + batchSize + "; expected at least 1, such as 128");
    }
    return new Batches(part, batchSize, false, 0, levels(0, 1));
  }

  /** The same in an order drawn anew for each epoch from this seed. */
  public Batches shuffled(long orderSeed) {
    return new Batches(part, batchSize, true, orderSeed, levels);
  }

  /**
   * The same with pixels {@code (value / 255 - mean) / deviation}.
   *
   * @throws ClgradException if the deviation is not a positive number or the mean is not finite
   */
  public Batches normalized(double mean, double deviation) {
    if (!(deviation > 0) || Double.isInfinite(deviation) || !Double.isFinite(mean)) {
      throw new ClgradException(
          "batches: normalizing with mean "
              + mean
              + " and deviation "
              + deviation
              + "; expected a finite mean and a positive deviation, such as 0.1307 and 0.3081");
    }
    return new Batches(part, batchSize, shuffled, seed, levels(mean, deviation));
  }

  private static float[] levels(double mean, double deviation) {
    float[] levels = new float[256];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (float) ((i / 255.0 - mean) / deviation);
    }
    return levels;
  }

  /** The number of batches an epoch. */
  public int count() {
    return (int) (((long) part.size() + batchSize - 1) / batchSize);
  }

  /** The number of pictures an epoch. */
  public int size() {
    return part.size();
  }

  /** The batches of an epoch: each picture once. */
  public Iterable<Batch> epoch(int epoch) {
    int[] order = new int[part.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    if (shuffled) {
      new SplitMix64(seed, epoch).shuffle(order);
    }
    return () -> new Epoch(order);
  }

  private final class Epoch implements Iterator<Batch> {
    private final int[] order;
    private int next;

    Epoch(int[] order) {
      this.order = order;
    }

    @Override
    public boolean hasNext() {
      return next < order.length;
    }

    @Override
    public Batch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the epoch has no more batches");
      }
      int size = Math.min(batchSize, order.length - next);
      float[] images = new float[size * Digits.PIXELS];
      long[] labels = new long[size];
      byte[] pixels = part.images();
      for (int i = 0; i < size; i++) {
        int index = order[next + i];
        labels[i] = part.labels()[index];
        int from = index * Digits.PIXELS;
        int to = i * Digits.PIXELS;
        for (int p = 0; p < Digits.PIXELS; p++) {
          images[to + p] = levels[pixels[from + p] & 0xFF];
        }
      }
      next += size;
      return new Batch(images, labels);
    }
  }
}
