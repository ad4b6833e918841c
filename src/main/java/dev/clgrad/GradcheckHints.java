package dev.clgrad;

import dev.clgrad.GradcheckReport.Difference;
import dev.clgrad.GradcheckReport.Mismatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Looks for the reason why derivatives differ. */
final class GradcheckHints {
  /** How far apart the slopes on both sides are, as a part of the larger, where there is a kink. */
  private static final double KINK = 1e-2;

  /** Calls the function with one element moved, and gives the outputs of some tables. */
  interface Values {
    List<double[]> of(int input, int element, double by, List<GradcheckJacobian> blocks);
  }

  private final GradcheckNames names;
  private final GradcheckPoint point;
  private final GradcheckOptions options;
  private final Values values;

  GradcheckHints(
      GradcheckNames names, GradcheckPoint point, GradcheckOptions options, Values values) {
    this.names = names;
    this.point = point;
    this.options = options;
    this.values = values;
  }

  List<String> of(List<GradcheckJacobian> jacobians, List<Mismatch> mismatches) {
    List<String> hints = new ArrayList<>();
    for (Mismatch mismatch : mismatches) {
      GradcheckJacobian table =
          jacobians.stream()
              .filter(j -> j.input() == mismatch.input() && j.output() == mismatch.output())
              .findFirst()
              .orElseThrow();
      add(hints, random(table, mismatch));
      add(hints, precision(mismatch));
      String kink = kink(table, mismatch);
      add(hints, kink == null ? missing(table, mismatch) : kink);
      add(hints, factor(table, mismatch));
    }
    return hints.stream().distinct().toList();
  }

  private static void add(List<String> hints, @Nullable String hint) {
    if (hint != null) {
      hints.add(hint);
    }
  }

  private @Nullable String random(GradcheckJacobian table, Mismatch mismatch) {
    double[] once = values.of(mismatch.input(), 0, 0, List.of(table)).get(0);
    double[] again = values.of(mismatch.input(), 0, 0, List.of(table)).get(0);
    return Arrays.equals(once, again)
        ? null
        : "two calls of the function with the same inputs give different values of "
            + names.output(mismatch.output())
            + "; if it draws random numbers, call Clgrad.manualSeed in it";
  }

  private @Nullable String precision(Mismatch mismatch) {
    DType dtype = point.input(mismatch.input()).dtype();
    return dtype == DType.FLOAT64
        ? null
        : names.input(mismatch.input())
            + " is of "
            + dtype
            + ", whose rounding errors are divided by eps; check in float64";
  }

  private @Nullable String missing(GradcheckJacobian table, Mismatch mismatch) {
    if (!table.isRecorded()) {
      return names.output(mismatch.output())
          + " moves with "
          + names.input(mismatch.input())
          + " and does not require gradients; look for detach(), noGrad() or a host read on the way";
    }
    for (int row = 0; row < table.rows(); row++) {
      for (int column = 0; column < table.columns(); column++) {
        if (table.analytic(row, column) != 0) {
          return null;
        }
      }
    }
    return "no gradient of "
        + names.output(mismatch.output())
        + " reaches "
        + names.input(mismatch.input())
        + " though the values move with it; look for detach(), noGrad() or a host read on the way";
  }

  private @Nullable String kink(GradcheckJacobian table, Mismatch mismatch) {
    Difference worst = mismatch.largest().get(0);
    if (point.input(mismatch.input()).dtype() != DType.FLOAT64) {
      return null;
    }
    int column = GradcheckJacobian.element(worst.inputElement(), mismatch.inputShape());
    int row = GradcheckJacobian.element(worst.outputElement(), mismatch.outputShape());
    double eps = options.eps();
    double above = value(table, column, row, eps);
    double here = value(table, column, row, 0);
    double below = value(table, column, row, -eps);
    double right = (above - here) / point.step(mismatch.input(), column, eps);
    double left = (here - below) / -point.step(mismatch.input(), column, -eps);
    double apart = Math.abs(right - left);
    if (Double.isNaN(apart)) {
      return "around "
          + worst.inputElement()
          + " of "
          + names.input(mismatch.input())
          + " the function is not finite; check at another point";
    }
    if (apart <= options.atol() || apart <= KINK * Math.max(Math.abs(right), Math.abs(left))) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "at %s of %s the slope of %s of %s is %.6g below and %.6g above: a kink, a jump or a tie lies within eps; check at"
            + " another point",
        worst.inputElement(),
        names.input(mismatch.input()),
        worst.outputElement(),
        names.output(mismatch.output()),
        left,
        right);
  }

  private double value(GradcheckJacobian table, int column, int row, double by) {
    return values.of(table.input(), column, by, List.of(table)).get(0)[row];
  }

  /** Whether all derivatives are off by one factor, such as a forgotten 2. */
  private @Nullable String factor(GradcheckJacobian table, Mismatch mismatch) {
    double factor = Double.NaN;
    int counted = 0;
    for (int row = 0; row < table.rows(); row++) {
      for (int column = 0; column < table.columns(); column++) {
        double analytic = table.analytic(row, column);
        double numerical = table.numerical(row, column);
        if (Math.abs(numerical) <= options.atol()) {
          if (Math.abs(analytic) > options.atol()) {
            return null;
          }
          continue;
        }
        double ratio = analytic / numerical;
        if (counted++ == 0) {
          factor = ratio;
        } else if (!(Math.abs(ratio - factor) <= 1e-3 * Math.abs(factor))) {
          return null;
        }
      }
    }
    return counted < 2 || factor == 0 || Double.isNaN(factor)
        ? null
        : String.format(
            Locale.ROOT,
            "every derivative of %s with respect to %s is %.4g times the numerical one",
            names.output(mismatch.output()),
            names.input(mismatch.input()),
            factor);
  }
}
