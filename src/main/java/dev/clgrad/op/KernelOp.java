package dev.clgrad.op;

/** An operation with a {@code __kernel} of its own, forward and backward in one file. */
public abstract class KernelOp extends Op {
  private final String file;

  /**
   * A kernel operation.
   *
   * @param name its name
   * @param file its kernel file below {@code kernels/}
   */
  protected KernelOp(String name, String file) {
    super(name);
    this.file = file;
  }

  @Override
  public final String kernelFile() {
    return file;
  }
}
