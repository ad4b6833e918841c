package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A strided view of a content: what tasks read and write.
 *
 * <p>Until a task is added and holds the content itself, its values keep the storage they were
 * taken from: what looks like garbage to Java would otherwise be given back before it is read.
 */
public final class Value {
  private final Content content;
  private final Layout layout;

  /** Whose garbage the content must not become yet. */
  private @Nullable Storage owner;

  /**
   * A view of a content that somebody else holds.
   *
   * @param content the elements
   * @param layout where the view's elements lie in it
   */
  public Value(Content content, Layout layout) {
    this(content, layout, null);
  }

  /**
   * A view of what a storage has now.
   *
   * @param storage the memory
   * @param layout where the view's elements lie in it
   * @throws dev.clgrad.ClgradException if it was closed
   */
  public Value(Storage storage, Layout layout) {
    this(storage.content(), layout, storage);
  }

  private Value(Content content, Layout layout, @Nullable Storage owner) {
    this.content = content;
    this.layout = layout;
    this.owner = owner;
  }

  /** The elements. */
  public Content content() {
    return content;
  }

  /** Where the view's elements lie in the content. */
  public Layout layout() {
    return layout;
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
    return new Value(content, other, owner);
  }

  /** Lets the storage become garbage; the task holds the content now. */
  void held() {
    owner = null;
  }

  /** The same elements of the same content. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Value v && v.content == content && v.layout.equals(layout);
  }

  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(content) + layout.hashCode();
  }
}
