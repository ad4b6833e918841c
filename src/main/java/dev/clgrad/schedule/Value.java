package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;

/**
 * A strided view of a content: what tasks read and write.
 *
 * @param content the elements
 * @param layout where the view's elements lie in it
 */
public record Value(Content content, Layout layout) {
  /** The element type. */
  public DType dtype() {
    return content.dtype();
  }

  /** The shape of the view. */
  public Shape shape() {
    return layout.shape();
  }

  /** The same elements seen through another layout. */
  public Value with(Layout other) {
    return new Value(content, other);
  }
}
