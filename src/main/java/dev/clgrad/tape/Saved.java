package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.DType;
import dev.clgrad.schedule.CallSite;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A value kept for backward: a share of the content as it was, so that it stays whatever becomes of
 * the variable, or what hooks made of it; and the place on the tape for higher derivatives.
 */
final class Saved {
  private final DType dtype;
  private final Layout layout;
  private final @Nullable Storage share;
  private final @Nullable SavedHooks hooks;
  private final @Nullable Object packed;
  private Storage.Version version;
  private int versionWhenSaved;
  private final int ownOutput;
  private final Node.@Nullable Edge edge;
  private final @Nullable Variable tangent;
  private final @Nullable ForwardLevel level;

  private Saved(Variable variable, int ownOutput, @Nullable SavedHooks hooks) {
    this.dtype = variable.dtype();
    this.layout = variable.layout();
    this.hooks = hooks;
    this.packed = hooks == null ? null : pack(hooks, variable);
    this.share = hooks == null ? variable.storage().share() : null;
    this.version = variable.storage().version();
    this.versionWhenSaved = version.count();
    this.ownOutput = ownOutput;
    this.edge = ownOutput < 0 ? Node.edge(variable) : null;
    this.tangent = variable.tangent();
    this.level = ForwardLevel.current();
  }

  /**
   * Saves a variable, as the hooks of this thread say.
   *
   * @param ownOutput which output of the saving node it is, or -1 for an input: an output's node is
   *     the saving one, and holding the variable itself would tie a knot that only the garbage
   *     collector can undo
   * @param node the name of the node, for errors
   * @throws AutogradException if it was made in inference mode
   */
  static Saved of(Variable variable, int ownOutput, String node) {
    if (variable.isInference()) {
      throw new AutogradException(
          node
              + ": backward would need a tensor of shape "
              + variable.shape()
              + " that was made in inference mode, and such tensors take part in no graph; clone() it outside inference mode first");
    }
    return new Saved(variable, ownOutput, Modes.current().saved);
  }

  private static Object pack(SavedHooks hooks, Variable variable) {
    try (SavedHooks.Restore plain = SavedHooks.use(null);
        GradMode off = GradMode.set(false)) {
      // A share, as without hooks: an in-place operation later on must not change what is kept.
      return hooks.pack(new Variable(variable.storage().share(), variable.layout()));
    }
  }

  /**
   * Checks that the value is still what was saved.
   *
   * @throws AutogradException if it is gone, or was modified by an in-place operation
   */
  void check(Node node) {
    if (share != null && share.isClosed()) {
      throw new AutogradException(
          "backward: what "
              + node
              + " saved, a tensor of shape "
              + layout.shape()
              + ", was closed by "
              + share.closedBy()
              + "; call backward within the scope in which the graph was made");
    }
    if (hooks == null && version.count() != versionWhenSaved) {
      throw changed(node);
    }
  }

  private AutogradException changed(Node node) {
    CallSite saver = node.site();
    CallSite changer = version.site();
    String where;
    if (saver == null && changer == null) {
      where = "; make the graph within Autograd.detectAnomaly() to learn the lines of both";
    } else {
      where =
          "; "
              + (saver == null ? "" : node + " was called at " + saver)
              + (saver == null || changer == null ? "" : ", ")
              + (changer == null ? "" : version.by() + " at " + changer);
    }
    return new AutogradException(
        "backward: "
            + node
            + " saved a tensor of shape "
            + layout.shape()
            + " that was then modified by an in-place operation, "
            + version.by()
            + " (version "
            + version.count()
            + ", saved at version "
            + versionWhenSaved
            + "); modify a copy, or call backward first"
            + where,
        changer == null ? null : changer.asCause("the call of " + version.by()));
  }

  /**
   * After an in-place operation was recorded as a function: what was saved of the variable before,
   * or of the result that it became, counts changes from now on.
   */
  void settle(Storage.Version changed, Storage.Version result) {
    if (version == changed || version == result) {
      version = changed;
      versionWhenSaved = changed.count();
    }
  }

  Variable unpack(Node owner) {
    Variable unpacked;
    if (share != null) {
      unpacked = new Variable(share, layout);
    } else {
      unpacked = unpackedByHooks(owner);
    }
    if (ownOutput >= 0) {
      unpacked.attach(owner, ownOutput);
    } else if (edge != null) {
      unpacked.attach(edge.node(), edge.output());
    }
    if (level != null) {
      unpacked.setTangent(ownOutput < 0 ? tangent : owner.tangent(ownOutput), level);
    }
    return unpacked;
  }

  private Variable unpackedByHooks(Node owner) {
    Variable value;
    try (SavedHooks.Restore plain = SavedHooks.use(null);
        GradMode off = GradMode.set(false)) {
      value =
          java.util.Objects.requireNonNull(hooks).unpack(java.util.Objects.requireNonNull(packed));
    }
    if (value.dtype() != dtype || !value.shape().equals(layout.shape())) {
      throw new AutogradException(
          "backward: a hook unpacked "
              + value.dtype()
              + value.shape()
              + " where "
              + owner
              + " had saved "
              + dtype
              + layout.shape()
              + "; it must give back the shape and dtype that were packed");
    }
    return value.detach();
  }

  DType dtype() {
    return dtype;
  }

  Layout layout() {
    return layout;
  }

  /** Whether it can still be read. */
  boolean isThere() {
    return share == null || !share.isClosed();
  }

  /** Whether it is what its node made, not what that read. */
  boolean isOwnOutput() {
    return ownOutput >= 0;
  }

  boolean isIn(Storage storage) {
    return storage == share;
  }

  void release() {
    if (share != null) {
      share.close();
    } else if (hooks != null && packed != null) {
      hooks.release(packed);
    }
  }
}
