package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * convolution_weight: the gradient of a convolution's weights, dw[o, c, k] = Σ_n,p dy[n, o, p] x[n,
 * c, p stride + k dilation − padding]. It is linear in dy and in x; its gradients are convolutions
 * with what arrives in place of the weights.
 */
public final class ConvolutionWeight extends KernelOp {
  private static final ConvolutionWeight OP = new ConvolutionWeight();

  /** The kernels of {@code convolution_weight.cl}, which describes them, and what else there is. */
  enum Kernel {
    ITEMS("convolution_weight"),
    TILES("convolution_weight_tiles"),
    PANELS("convolution_weight_panels"),
    /** Of {@code convolution_depthwise.cl}, for groups of few rows and channels. */
    DEPTHWISE(""),
    /** Of {@code convolution_winograd_channels.cl}, for 3 × 3 convolutions. */
    WINOGRAD("convolution_winograd_weight"),
    /** A matrix product for each image, where it is the matrix of its patches. */
    MATRIX(""),
    /** Of {@link ConvolutionWinogradLanes}, for 3 × 3 convolutions on the CPU backend. */
    LANES("");

    private final String entry;

    Kernel(String entry) {
      this.entry = entry;
    }
  }

  private static final String WINOGRAD_FILE = "conv/convolution_winograd_channels.cl";
  private static final String WINOGRAD_TILE = "convolution_winograd_weight";

  // As in the kernel files.
  private static final long TILE = 64;
  private static final long TILE_ITEMS = 256;
  private static final long TALL = 32;
  private static final long WIDE = 36;
  private static final long WINOGRAD_BLOCK = 32;

  /** As many work-items as keep the cores busy, where there are that many lines of tiles. */
  private static final long WINOGRAD_ITEMS = 32;

  /** Fewer tiles than this are not worth sums of their own. */
  private static final long WINOGRAD_TILES = 56;

  /** Fewer multiplications than this are not worth copying the operands. */
  private static final long WORTH_PACKING = 16 * 1024;

  /** Images of fewer places than this are not worth a product each. */
  private static final long WORTH_PRODUCTS = 32;

  /** A product adds all places of an image one after the other; of more, that would be inexact. */
  private static final long MOST_PRODUCTS = 4096;

  /** So many elements the sums of all segments have at most, where there is more than one. */
  private static final long MOST_PARTIAL = 1L << 24;

  private ConvolutionWeight() {
    super("convolution_weight", "conv/convolution_weight.cl");
  }

  @Override
  public String nodeName() {
    return "ConvolutionBackwardBackward0";
  }

  /**
   * dw of a convolution from x to y.
   *
   * @param dy of the shape of y
   * @param x of the shape of x
   */
  static Variable of(ConvolutionShape shape, Variable dy, Variable x) {
    Variable dw = compute(shape, dy, x, null);
    Node.record(
        OP.nodeName(),
        List.of(dy, x),
        List.of(dw),
        List.of(dy, x),
        c ->
            new @Nullable Variable[] {
              c.needs(0) ? Convolution.apply(shape, false, c.saved(1), c.dy(), null) : null,
              c.needs(1) ? Convolution.apply(shape, true, c.saved(0), c.dy(), null) : null
            });
    return dw;
  }

  /**
   * dw, not recorded.
   *
   * @param kernel the kernel to use, which must fit; null to choose
   */
  static Variable compute(
      ConvolutionShape shape, Variable dy, Variable x, @Nullable Kernel kernel) {
    Backend backend = x.scheduler().backend();
    Kernel use = kernel == null ? choose(shape, x, backend) : kernel;
    long length = segmentLength(shape, use, backend.runsTwins());
    long whole = use == Kernel.WINOGRAD ? linesOfTiles(shape) : shape.batches() * shape.places();
    long segments = Math.max(1, ConvolutionProduct.ceilDiv(whole, length));
    Shape partial = Shape.of(segments, shape.weight().numel());
    Variable sums = ConvolutionProduct.scratch(shape.op(), x, partial);
    Variable left = ConvolutionProduct.contiguous(dy);
    Variable right = ConvolutionProduct.contiguous(x);
    Window[] windows = windows(shape);
    if (use == Kernel.DEPTHWISE) {
      long images = length / shape.places();
      depthwise(shape, x).addWeight(shape.op(), left, right, sums, Math.max(1, images));
    } else if (use == Kernel.LANES) {
      winograd(shape, x).addWeight(shape.op(), left, right, sums);
    } else if (use == Kernel.MATRIX) {
      addMatrices(shape, left, right, sums);
    } else if (use == Kernel.PANELS) {
      long images = shape.batches() * shape.groups() * shape.channels();
      Variable padded = ConvolutionProduct.pad(shape.op(), right, images, windows);
      Window[] over = Arrays.stream(windows).map(Window::padded).toArray(Window[]::new);
      launch(shape, use, left, padded, sums, over, segments, length);
      padded.storage().close();
    } else {
      launch(shape, use, left, right, sums, windows, segments, length);
    }
    Reduction.release(left, dy);
    Reduction.release(right, x);
    Variable dw = sums;
    if (segments > 1) {
      dw = Sum.forward(shape.op(), sums, new int[] {0}, false, 1);
      sums.storage().close();
    }
    return new Variable(dw.storage(), Layout.contiguous(shape.weight()));
  }

  /** dw of each image alone. */
  private static void addMatrices(ConvolutionShape shape, Variable dy, Variable x, Variable sums) {
    Shape batch = Shape.of(shape.batches(), shape.groups());
    Shape left = Shape.of(shape.batches(), shape.groups(), shape.rows(), shape.places());
    Shape right = Shape.of(shape.batches(), shape.groups(), shape.channels(), shape.places());
    Layout rows = Layout.contiguous(left).startingAt(dy.layout().offset());
    Layout columns = Layout.contiguous(right).startingAt(x.layout().offset()).transpose(2, 3);
    MatrixProduct.add(
        shape.op(),
        new Variable(dy.storage(), rows),
        new Variable(x.storage(), columns),
        sums,
        batch,
        null);
  }

  /** Whether a kernel can compute dw of a shape. */
  static boolean fits(ConvolutionShape shape, Variable x, Kernel kernel) {
    return switch (kernel) {
      case MATRIX -> Arrays.stream(shape.dims()).allMatch(d -> d.forward().isPointwise());
      case DEPTHWISE -> depthwise(shape, x).fits();
      case WINOGRAD -> !x.scheduler().backend().runsTwins() && winograd(shape, x).fits();
      case LANES -> winograd(shape, x).fitsWeights(x);
      default -> true;
    };
  }

  private static ConvolutionWinograd winograd(ConvolutionShape shape, Variable x) {
    RegisterTile tile = RegisterTile.of(x, WINOGRAD_TILE);
    return new ConvolutionWinograd(
        windows(shape), shape.batches(), shape.groups(), shape.rows(), shape.channels(), tile);
  }

  private static ConvolutionDepthwise depthwise(ConvolutionShape shape, Variable x) {
    return new ConvolutionDepthwise(
        windows(shape),
        shape.batches(),
        shape.groups(),
        shape.rows(),
        shape.channels(),
        x.scheduler().backend().limits().vectorWidth(x.dtype()));
  }

  private static Window[] windows(ConvolutionShape shape) {
    return Arrays.stream(shape.dims()).map(ConvolutionShape.Dim::forward).toArray(Window[]::new);
  }

  private static Kernel choose(ConvolutionShape shape, Variable x, Backend backend) {
    if (backend.runsTwins()) {
      if (winograd(shape, x).isWorthwhileForWeights(x)) {
        return Kernel.LANES;
      }
      return depthwise(shape, x).isWorthwhile() ? Kernel.DEPTHWISE : Kernel.ITEMS;
    }
    long columns = shape.channels() * shape.taps();
    long places = shape.batches() * shape.places();
    if (!KernelSizes.vectors(x)) {
      boolean fits =
          backend.device().maxWorkGroupSize() >= TILE_ITEMS
              && places < Integer.MAX_VALUE
              && Math.max(columns, imageSize(shape)) < Integer.MAX_VALUE;
      boolean large = Math.min(shape.rows(), columns) >= 8 && places >= 16;
      return fits && large ? Kernel.TILES : Kernel.ITEMS;
    }
    boolean partial = shape.batches() * shape.weight().numel() <= MOST_PARTIAL;
    if (depthwise(shape, x).isWorthwhile()) {
      return Kernel.DEPTHWISE;
    }
    if (winograd(shape, x).isWorthwhile(x)) {
      return Kernel.WINOGRAD;
    }
    boolean inRange = shape.places() >= WORTH_PRODUCTS && shape.places() <= MOST_PRODUCTS;
    if (fits(shape, x, Kernel.MATRIX) && partial && inRange) {
      return Kernel.MATRIX;
    }
    boolean large = shape.weight().numel() * places >= WORTH_PACKING;
    boolean vectors = backend.limits().registerWidth(x.dtype()) > 1;
    return large && vectors ? Kernel.PANELS : Kernel.ITEMS;
  }

  private static long imageSize(ConvolutionShape shape) {
    return shape.dims()[0].in() * shape.dims()[1].in() * shape.dims()[2].in();
  }

  /**
   * How many places, or lines of Winograd's tiles, one work-item or work-group adds up: so many
   * that there is work for the whole device. Depends on the shape and the kernel alone, never on
   * the device's size, and so does the result.
   */
  private static long segmentLength(ConvolutionShape shape, Kernel kernel, boolean twins) {
    long places = Math.max(1, shape.batches() * shape.places());
    long columns = shape.channels() * shape.taps();
    long numel = Math.max(1, shape.weight().numel());
    long wanted;
    long least;
    if (kernel == Kernel.MATRIX) {
      return Math.max(1, shape.places());
    }
    if (kernel == Kernel.LANES) {
      return places;
    }
    if (kernel == Kernel.DEPTHWISE) {
      long planes = Math.max(1, shape.groups() * shape.rows());
      long segments = ConvolutionProduct.ceilDiv(twins ? 8 : 64, planes);
      return Math.max(1, shape.places() * ConvolutionProduct.ceilDiv(shape.batches(), segments));
    }
    if (kernel == Kernel.WINOGRAD) {
      long segments = ConvolutionProduct.ceilDiv(WINOGRAD_ITEMS, winogradBlocks(shape));
      long lines = ConvolutionProduct.ceilDiv(linesOfTiles(shape), segments);
      long tiles = ConvolutionProduct.ceilDiv(shape.dims()[2].out(), ConvolutionWinograd.EDGE);
      return Math.max(lines, ConvolutionProduct.ceilDiv(WINOGRAD_TILES, tiles));
    }
    if (twins) {
      wanted = ConvolutionProduct.ceilDiv(8, shape.groups());
      least = 1024;
    } else if (kernel == Kernel.ITEMS) {
      wanted = ConvolutionProduct.ceilDiv(65536, numel);
      least = 64;
    } else {
      long tall = kernel == Kernel.TILES ? TILE : TALL;
      long wide = kernel == Kernel.TILES ? TILE : WIDE;
      long tiles =
          shape.groups()
              * ConvolutionProduct.ceilDiv(shape.rows(), tall)
              * ConvolutionProduct.ceilDiv(columns, wide);
      wanted = ConvolutionProduct.ceilDiv(kernel == Kernel.TILES ? 512 : 64, Math.max(1, tiles));
      least = kernel == Kernel.TILES ? 256 : 1024;
    }
    long segments = Math.max(1, Math.min(wanted, MOST_PARTIAL / numel));
    return Math.min(places, Math.max(least, ConvolutionProduct.ceilDiv(places, segments)));
  }

  /** The lines of tiles of dy that {@code convolution_winograd_weight} goes through. */
  private static long linesOfTiles(ConvolutionShape shape) {
    long out = shape.dims()[1].out();
    return shape.batches() * ConvolutionProduct.ceilDiv(out, ConvolutionWinograd.EDGE);
  }

  private static long winogradBlocks(ConvolutionShape shape) {
    return shape.groups()
        * ConvolutionProduct.ceilDiv(shape.rows(), WINOGRAD_BLOCK)
        * ConvolutionProduct.ceilDiv(shape.channels(), WINOGRAD_BLOCK);
  }

  private static void launch(
      ConvolutionShape shape,
      Kernel kernel,
      Variable dy,
      Variable x,
      Variable sums,
      Window[] windows,
      long segments,
      long length) {
    DType dtype = x.dtype();
    ProgramSource program =
        switch (kernel) {
          case PANELS -> RegisterTile.of(x, "convolution_weight").program(OP.kernelFile(), dtype);
          case WINOGRAD -> RegisterTile.of(x, WINOGRAD_TILE).program(WINOGRAD_FILE, dtype);
          default -> ProgramSource.ofFile(OP.kernelFile(), dtype, 1);
        };
    KernelTask.Builder task = KernelTask.of(shape.op(), program, kernel.entry);
    task.in(dy.value()).in(x.value()).out(sums.value());
    task.i64(shape.batches()).i64(shape.groups()).i64(shape.rows()).i64(shape.channels());
    task.i64(segments).i64(length);
    for (Window w : windows) {
      task.i64(w.in()).i64(w.out()).i64(w.taps()).i64(w.mul()).i64(w.step()).i64(w.off());
    }
    long columns = shape.channels() * shape.taps();
    long[] global;
    long[] local;
    switch (kernel) {
      case ITEMS -> {
        global = KernelSizes.global(sums.shape().numel(), KernelSizes.ITEMS);
        local = KernelSizes.local(KernelSizes.ITEMS);
      }
      case TILES -> {
        long tiles =
            ConvolutionProduct.ceilDiv(shape.rows(), TILE)
                * ConvolutionProduct.ceilDiv(columns, TILE);
        global = new long[] {tiles * shape.groups() * segments * TILE_ITEMS};
        local = new long[] {TILE_ITEMS};
      }
      case WINOGRAD -> {
        global =
            new long[] {
              ConvolutionProduct.ceilDiv(shape.channels(), WINOGRAD_BLOCK),
              ConvolutionProduct.ceilDiv(shape.rows(), WINOGRAD_BLOCK),
              shape.groups() * segments
            };
        local = new long[] {1, 1, 1};
      }
      default -> {
        global =
            new long[] {
              ConvolutionProduct.ceilDiv(columns, WIDE),
              ConvolutionProduct.ceilDiv(shape.rows(), TALL),
              shape.groups() * segments
            };
        local = new long[] {1, 1, 1};
      }
    }
    x.scheduler().add(task.build(global, local, ConvolutionWeightTwin::weight));
  }
}
