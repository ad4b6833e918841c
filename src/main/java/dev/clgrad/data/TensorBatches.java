package dev.clgrad.data;

import dev.clgrad.Tensor;
import java.util.Iterator;

/** {@link Batches} as tensors on the default device, made one at a time as they are asked for. */
public final class TensorBatches {
  /**
   * Some pictures with their labels.
   *
   * @param images float32 of shape [n, {@link Digits#PIXELS}]
   * @param labels int64 of shape [n]
   */
  public record TensorBatch(Tensor images, Tensor labels) {}

  private final Batches batches;

  /** These batches as tensors. */
  public TensorBatches(Batches batches) {
    this.batches = batches;
  }

  /** The number of batches an epoch. */
  public int count() {
    return batches.count();
  }

  /** The number of pictures an epoch. */
  public int size() {
    return batches.size();
  }

  /** The batches of an epoch: each picture once. */
  public Iterable<TensorBatch> epoch(int epoch) {
    Iterable<Batches.Batch> arrays = batches.epoch(epoch);
    return () -> {
      Iterator<Batches.Batch> iterator = arrays.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return iterator.hasNext();
        }

        @Override
        public TensorBatch next() {
          Batches.Batch batch = iterator.next();
          return new TensorBatch(
              Tensor.of(batch.images(), batch.size(), Digits.PIXELS), Tensor.of(batch.labels()));
        }
      };
    };
  }
}
