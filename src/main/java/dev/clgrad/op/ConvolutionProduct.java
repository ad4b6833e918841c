package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A convolution or its input gradient as the product that {@code convolution.cl} describes. Chooses
 * the kernel.
 */
final class ConvolutionProduct {
  /** The kernels of {@code convolution.cl}, which describes them, and what else computes some. */
  enum Kernel {
    FORWARD,
    TILES,
    PANELS,
    /** Of {@code convolution_depthwise.cl}, for groups of few rows and channels. */
    DEPTHWISE,
    /** Of {@code convolution_winograd.cl}, for 3 × 3 convolutions. */
    WINOGRAD,
    /** Of {@code convolution_winograd_channels.cl}, for the same, but no twins. */
    WINOGRAD_CHANNELS,
    /** A matrix product, where the image is the matrix of its patches. */
    MATRIX
  }

  static final String FILE = "conv/convolution.cl";

  // As in the kernel file.
  private static final long TILE = 64;
  private static final long TILE_ITEMS = 256;
  private static final long BLOCK = 64;

  /** Products of fewer multiplications than this are not worth copying the operands. */
  private static final long WORTH_PACKING = 16 * 1024;

  private final String op;
  private final DType dtype;
  private final RegisterTile tile;
  private final Window[] windows;
  private final long batches;
  private final long groups;
  private final long rows;
  private final long channels;
  private final long weightRow;
  private final long weightChannel;
  private final Variable y;

  private ConvolutionProduct(ConvolutionShape shape, boolean transposed, Variable y) {
    this.op = shape.op();
    this.dtype = y.dtype();
    this.tile = RegisterTile.of(y, "convolution");
    this.windows =
        Arrays.stream(shape.dims())
            .map(d -> transposed ? d.inputGradient() : d.forward())
            .toArray(Window[]::new);
    this.batches = shape.batches();
    this.groups = shape.groups();
    this.rows = transposed ? shape.channels() : shape.rows();
    this.channels = transposed ? shape.rows() : shape.channels();
    long taps = shape.taps();
    this.weightRow = transposed ? taps : shape.channels() * taps;
    this.weightChannel = transposed ? shape.channels() * taps : taps;
    this.y = y;
  }

  /**
   * Adds the tasks that compute y from x, or x from y where it is transposed.
   *
   * @param result contiguous
   * @param kernel the kernel to use, which must fit; null to choose
   */
  static void add(
      ConvolutionShape shape,
      boolean transposed,
      Variable from,
      Variable weight,
      Variable result,
      @Nullable Kernel kernel) {
    Variable x = contiguous(from);
    Variable w = contiguous(weight);
    ConvolutionProduct product = new ConvolutionProduct(shape, transposed, result);
    product.add(x, w, kernel == null ? product.choose(result.scheduler().backend()) : kernel);
    // The pending product holds what it reads.
    Reduction.release(x, from);
    Reduction.release(w, weight);
  }

  /** The kernel that computes y of a shape, or x of it where it is transposed. */
  static Kernel choose(ConvolutionShape shape, boolean transposed, Variable y) {
    return new ConvolutionProduct(shape, transposed, y).choose(y.scheduler().backend());
  }

  /** Whether a kernel can compute y of a shape, or x of it where it is transposed. */
  static boolean fits(ConvolutionShape shape, boolean transposed, Variable y, Kernel kernel) {
    return new ConvolutionProduct(shape, transposed, y).fits(kernel);
  }

  private boolean fits(Kernel kernel) {
    return switch (kernel) {
      case MATRIX -> Arrays.stream(windows).allMatch(Window::isPointwise);
      case DEPTHWISE -> depthwise().fits();
      case WINOGRAD -> winograd().fits();
      case WINOGRAD_CHANNELS -> !y.scheduler().backend().runsTwins() && winograd().fits();
      default -> true;
    };
  }

  private ConvolutionWinograd winograd() {
    return new ConvolutionWinograd(
        windows, batches, groups, rows, channels, RegisterTile.of(y, "convolution_winograd"));
  }

  private ConvolutionDepthwise depthwise() {
    int width = y.scheduler().backend().limits().vectorWidth(dtype);
    return new ConvolutionDepthwise(windows, batches, groups, rows, channels, width);
  }

  static Variable contiguous(Variable x) {
    Variable detached = x.detach();
    return detached.layout().isContiguous() ? detached : Cast.copy(detached);
  }

  private Kernel choose(Backend backend) {
    if (winograd().isWorthwhile(y)) {
      return backend.runsTwins() ? Kernel.WINOGRAD : Kernel.WINOGRAD_CHANNELS;
    }
    if (backend.runsTwins()) {
      return depthwise().isWorthwhile() ? Kernel.DEPTHWISE : Kernel.FORWARD;
    }
    long inner = channels * product(Window::taps);
    if (!KernelSizes.vectors(y)) {
      boolean fits =
          backend.device().maxWorkGroupSize() >= TILE_ITEMS
              && columns() * phases() < Integer.MAX_VALUE
              && Math.max(inner, product(Window::in)) < Integer.MAX_VALUE;
      return fits && rows >= 16 && inner >= 8 && columns() >= 16 ? Kernel.TILES : Kernel.FORWARD;
    }
    if (depthwise().isWorthwhile()) {
      return Kernel.DEPTHWISE;
    }
    // A strip of the product does not go on in the next image, one of PANELS does.
    if (fits(Kernel.MATRIX) && (batches == 1 || product(Window::in) >= tile.columns())) {
      return Kernel.MATRIX;
    }
    boolean large = batches * groups * rows * product(Window::out) * inner >= WORTH_PACKING;
    return large && tile.width() > 1 ? Kernel.PANELS : Kernel.FORWARD;
  }

  private interface Size {
    long of(Window window);
  }

  private long product(Size size) {
    return size.of(windows[0]) * size.of(windows[1]) * size.of(windows[2]);
  }

  /** The columns of the product of one phase. */
  private long columns() {
    return batches * product(Window::places);
  }

  private long phases() {
    return product(Window::div);
  }

  private void add(Variable x, Variable w, Kernel kernel) {
    switch (kernel) {
      case FORWARD -> {
        KernelTask.Builder task = kernel("forward");
        parameters(result(task, x, w), windows);
        add(
            task,
            KernelSizes.global(y.shape().numel(), KernelSizes.ITEMS),
            KernelSizes.local(KernelSizes.ITEMS),
            ConvolutionTwin::product);
      }
      case TILES -> {
        KernelTask.Builder task = kernel("tiles");
        parameters(result(task, x, w), windows);
        long tiles = ceilDiv(columns(), TILE) * ceilDiv(rows, TILE) * groups * phases();
        add(
            task,
            new long[] {tiles * TILE_ITEMS},
            new long[] {TILE_ITEMS},
            ConvolutionTwin::product);
      }
      case PANELS -> addPanels(x, w);
      case DEPTHWISE -> depthwise().addProduct(op, x, w, new long[] {weightRow, weightChannel}, y);
      case WINOGRAD -> winograd().addProduct(op, x, w, new long[] {weightRow, weightChannel}, y);
      case WINOGRAD_CHANNELS ->
          winograd().addChannels(op, x, w, new long[] {weightRow, weightChannel}, y);
      case MATRIX -> addMatrices(x, w);
    }
  }

  private void addMatrices(Variable x, Variable w) {
    Shape matrices = Shape.of(groups, rows, channels);
    long[] strides = {rows * channels, weightRow, weightChannel};
    Layout weights = Layout.of(matrices, strides, w.layout().offset());
    Shape images = Shape.of(batches, groups, channels, product(Window::in));
    MatrixProduct.add(
        op,
        new Variable(w.storage(), weights),
        new Variable(x.storage(), Layout.contiguous(images).startingAt(x.layout().offset())),
        y,
        Shape.of(batches, groups),
        null);
  }

  private void addPanels(Variable x, Variable w) {
    Window[] padded = Arrays.stream(windows).map(Window::padded).toArray(Window[]::new);
    Variable source = pad(op, x, batches * groups * channels, windows);
    long most = channels * product(Window::mostTaps);
    int high = tile.rows();
    long panels = ceilDiv(rows, high);
    Variable packed = scratch(op, y, Shape.of(groups * phases() * panels * most * high));
    KernelTask.Builder pack = panelKernel("pack");
    parameters(pack.in(w.value()).out(packed.value()), windows).i64(most);
    long[] one = {1, 1};
    add(
        pack,
        new long[] {panels, groups * phases()},
        one,
        call -> ConvolutionTwin.pack(call, high));
    KernelTask.Builder task = panelKernel("panels");
    parameters(result(task, source, packed), padded).i64(most);
    long block = BLOCK / high * high;
    long[] global = {ceilDiv(columns(), tile.columns()), ceilDiv(rows, block), groups * phases()};
    add(task, global, new long[] {1, 1, 1}, call -> ConvolutionTwin.panels(call, high));
    source.storage().close();
    packed.storage().close();
  }

  /** Of those with one element a lane. */
  private KernelTask.Builder kernel(String name) {
    return KernelTask.of(op, ProgramSource.ofFile(FILE, dtype, 1), "convolution_" + name);
  }

  private KernelTask.Builder panelKernel(String name) {
    return KernelTask.of(op, tile.program(FILE, dtype), "convolution_" + name);
  }

  private KernelTask.Builder result(KernelTask.Builder task, Variable x, Variable w) {
    return task.in(x.value()).in(w.value()).result(y.value(), product(Window::out));
  }

  private KernelTask.Builder parameters(KernelTask.Builder task, Window[] of) {
    task.i64(batches).i64(groups).i64(rows).i64(channels).i64(weightRow).i64(weightChannel);
    for (Window window : of) {
      window.addTo(task);
    }
    return task;
  }

  private void add(KernelTask.Builder task, long[] global, long[] local, Twin twin) {
    y.scheduler().add(task.build(global, local, twin));
  }

  /**
   * A copy of x as {@link Window#padded} windows read it, and beyond its end as far as vectors may.
   */
  static Variable pad(String op, Variable x, long images, Window[] windows) {
    RegisterTile tile = RegisterTile.of(x, "convolution");
    long slack = 2L * tile.width();
    long lines = images;
    long numel = images;
    for (Window window : windows) {
      numel *= window.padded().in();
    }
    lines *= windows[0].padded().in() * windows[1].padded().in();
    Variable y = scratch(op, x, Shape.of(numel + slack));
    KernelTask.Builder task = KernelTask.of(op, tile.program(FILE, x.dtype()), "convolution_pad");
    task.in(x.value()).out(y.value()).i64(images);
    for (Window window : windows) {
      task.i64(window.in());
    }
    for (Window window : windows) {
      task.i64(window.padded().in());
    }
    for (Window window : windows) {
      task.i64(window.low());
    }
    task.i64(slack);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(lines + 1, KernelSizes.VECTOR),
                KernelSizes.local(KernelSizes.VECTOR),
                ConvolutionTwin::pad));
    return y;
  }

  static Variable scratch(String op, Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(op, like.dtype(), shape), Layout.contiguous(shape));
  }

  static long ceilDiv(long x, long y) {
    return (x + y - 1) / y;
  }
}
