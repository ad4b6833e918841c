package dev.clgrad.op;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Arguments and correctly rounded values of a function, as {@code functions/golden.py} wrote them.
 */
record GoldenValues(double[] x, double[] y) {
  static GoldenValues of(String function) {
    String file = "/functions/" + function + ".txt";
    try (InputStream in = Objects.requireNonNull(GoldenValues.class.getResourceAsStream(file))) {
      String[] words = new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\\s", -1);
      int n = words.length / 2;
      double[] x = new double[n];
      double[] y = new double[n];
      for (int i = 0; i < n; i++) {
        x[i] = Double.parseDouble(words[2 * i]);
        y[i] = Double.parseDouble(words[2 * i + 1]);
      }
      return new GoldenValues(x, y);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
