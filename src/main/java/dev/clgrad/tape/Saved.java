package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A value kept for backward: a share of the content as it was, so that it stays whatever becomes of
 * the variable, and the place on the tape for higher derivatives.
 */
final class Saved {
  private final Storage share;
  private final Layout layout;
  private final Storage.Version version;
  private final int versionWhenSaved;
  private final int ownOutput;
  private final Node.@Nullable Edge edge;

  /**
   * Saves a variable.
   *
   * @param ownOutput which output of the saving node it is, or -1 for an input: an output's node is
   *     the saving one, and holding the variable itself would tie a knot that only the garbage
   *     collector can undo
   */
  Saved(Variable variable, int ownOutput) {
    this.share = variable.storage().share();
    this.layout = variable.layout();
    this.version = variable.storage().version();
    this.versionWhenSaved = version.count();
    this.ownOutput = ownOutput;
    this.edge = ownOutput < 0 ? Node.edge(variable) : null;
  }

  void check(String node) {
    if (share.isClosed()) {
      throw new AutogradException(
          "backward: what "
              + node
              + " saved, a tensor of shape "
              + layout.shape()
              + ", was closed by "
              + share.closedBy()
              + "; call backward within the scope in which the graph was made");
    }
    if (version.count() != versionWhenSaved) {
      throw new AutogradException(
          "backward: "
              + node
              + " saved a tensor of shape "
              + layout.shape()
              + " that was then modified by an in-place operation (version "
              + version.count()
              + ", saved at version "
              + versionWhenSaved
              + "); modify a copy, or call backward first");
    }
  }

  Variable unpack(Node owner) {
    Variable unpacked = new Variable(share, layout);
    if (ownOutput >= 0) {
      unpacked.attach(owner, ownOutput);
    } else if (edge != null) {
      unpacked.attach(edge.node(), edge.output());
    }
    return unpacked;
  }

  Storage share() {
    return share;
  }

  Layout layout() {
    return layout;
  }

  /** Whether it is what its node made, not what that read. */
  boolean isOwnOutput() {
    return ownOutput >= 0;
  }

  boolean isIn(Storage storage) {
    return storage == share;
  }

  void release() {
    share.close();
  }
}
