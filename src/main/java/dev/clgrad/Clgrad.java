package dev.clgrad;

/** What concerns the whole library. */
public final class Clgrad {
  private Clgrad() {}
}
