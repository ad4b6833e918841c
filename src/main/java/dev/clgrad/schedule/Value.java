package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;

/**
 * A strided view of a content: what tasks read and write.
 *
 * @param content the elements
 * @param layout where the view's elements lie in the content
 */
public record Value(Content content, Layout layout) {
  /**
   * A view of what a storage has now.
   *
   * @throws dev.clgrad.ClgradException if it was closed
   */
  public Value(Storage storage, Layout layout) {
    this(storage.content(), layout);
  }

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
