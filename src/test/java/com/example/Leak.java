package com.example;

import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import java.util.List;

/** A program of somebody else's, which holds on to what it makes. */
public final class Leak {
  private Leak() {}

  /** Adds a tensor of 1 MiB to a list; line 14 makes it. */
  public static void grow(List<Tensor> held) {
    Tensor half = Tensor.full(Shape.of(256, 1024), 0.5f);
    held.add(half.exp().clone());
    held.get(held.size() - 1).device().flush();
  }
}
