package dev.clgrad.schedule;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A scalar of a task that may be another one in every step, such as a learning rate: it has its
 * value when it is made, and a recorded step that runs again asks for the next one.
 */
public final class StepScalar extends Number {
  private static final long serialVersionUID = 1;

  private final transient @Nullable DoubleSupplier real;
  private final transient @Nullable LongSupplier integer;
  private double realValue;
  private long integerValue;

  private StepScalar(@Nullable DoubleSupplier real, @Nullable LongSupplier integer) {
    this.real = real;
    this.integer = integer;
    update();
    Recording.onReplay(this::update);
  }

  /** A floating-point number. */
  public static StepScalar of(DoubleSupplier source) {
    return new StepScalar(source, null);
  }

  /** An integer. */
  public static StepScalar ofLong(LongSupplier source) {
    return new StepScalar(null, source);
  }

  /** Whether it is a floating-point number and not an integer. */
  public boolean isFloating() {
    return real != null;
  }

  private void update() {
    if (real != null) {
      realValue = real.getAsDouble();
      integerValue = (long) realValue;
    } else if (integer != null) {
      integerValue = integer.getAsLong();
      realValue = integerValue;
    }
  }

  @Override
  public int intValue() {
    return (int) integerValue;
  }

  @Override
  public long longValue() {
    return integerValue;
  }

  @Override
  public float floatValue() {
    return (float) realValue;
  }

  @Override
  public double doubleValue() {
    return realValue;
  }

  @Override
  public String toString() {
    return isFloating() ? Double.toString(realValue) : Long.toString(integerValue);
  }
}
