package dev.clgrad.bench;

import dev.clgrad.Clgrad;
import dev.clgrad.MatmulPrecision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The systems that are compared, and how a process of each is started. */
enum Subject {
  CLGRAD_CPU("clgrad-cpu", true),
  CLGRAD_OPENCL("clgrad-opencl", true),
  CLGRAD_OPENCL_HIGH("clgrad-opencl-high", true),
  LIBTORCH("libtorch", false),
  LIBTORCH_TUNED("libtorch-tuned", false),
  NEUREKA("neureka", false),
  LIMIT("limit", false),
  OPENBLAS("openblas", false),
  CLBLAST("clblast", false),
  TORCH_GPU("torch-gpu", false),
  TORCH_GPU_TF32("torch-gpu-tf32", false),
  LIMIT_GPU("limit-gpu", false);

  /** Those of a machine with a GPU are measured only when they are asked for. */
  static final List<Subject> USUAL =
      List.of(
          CLGRAD_CPU, CLGRAD_OPENCL, LIBTORCH, LIBTORCH_TUNED, NEUREKA, OPENBLAS, CLBLAST, LIMIT);

  static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /** Larger than any buffer here: glibc then keeps what is freed, as PyTorch's users set it. */
  private static final String RETAINED = Long.toString(8L << 30);

  private final String id;
  private final boolean clgrad;

  Subject(String id, boolean clgrad) {
    this.id = id;
    this.clgrad = clgrad;
  }

  static Subject of(String id) {
    for (Subject subject : values()) {
      if (subject.id.equals(id)) {
        return subject;
      }
    }
    throw new IllegalArgumentException("no system is called " + id);
  }

  String id() {
    return id;
  }

  /** Whether it is clgrad, on either backend, which runs without its peers' class path. */
  boolean isClgrad() {
    return clgrad;
  }

  /** Whether it measures a row at all; a system that lacks one says so itself. */
  boolean measures(Row row) {
    return switch (this) {
      case OPENBLAS, CLBLAST -> row.isGemm();
      case TORCH_GPU_TF32, CLGRAD_OPENCL_HIGH -> row.isGemm() && !row.isDoubles();
      default -> true;
    };
  }

  /** Whether it is libtorch, from Java on the CPU or as PyTorch on a GPU: what ratios are to. */
  boolean isTorch() {
    return this == LIBTORCH || this == LIBTORCH_TUNED || this == TORCH_GPU;
  }

  boolean isLimit() {
    return this == LIMIT || this == LIMIT_GPU;
  }

  /** Whether its worker is the Python program rather than this one. */
  boolean isPython() {
    return this == TORCH_GPU || this == TORCH_GPU_TF32 || this == LIMIT_GPU;
  }

  /** The system as this process runs it. */
  Library open() {
    return switch (this) {
      case CLGRAD_CPU, CLGRAD_OPENCL -> new ClgradLibrary();
      case CLGRAD_OPENCL_HIGH -> {
        Clgrad.setMatmulPrecision(MatmulPrecision.HIGH);
        yield new ClgradLibrary();
      }
      case LIBTORCH, LIBTORCH_TUNED -> new TorchLibrary();
      case NEUREKA -> new NeurekaLibrary();
      case OPENBLAS -> new OpenBlasLibrary();
      case CLBLAST -> new ClBlastLibrary();
      case LIMIT -> new LimitLibrary();
      case TORCH_GPU, TORCH_GPU_TF32, LIMIT_GPU ->
          throw new IllegalStateException(id + " is no system of a Java process");
    };
  }

  /** Options of Java beside the class path, as each system's documentation asks for them. */
  List<String> javaOptions() {
    return switch (this) {
      case CLGRAD_CPU -> List.of("--add-modules", "jdk.incubator.vector", "-Dclgrad.device=cpu");
      case CLGRAD_OPENCL, CLGRAD_OPENCL_HIGH ->
          List.of("--add-modules", "jdk.incubator.vector", "-Dclgrad.device=opencl");
      case LIBTORCH_TUNED -> List.of("-Dai.djl.pytorch.num_threads=" + PROCESSORS);
      case OPENBLAS ->
          List.of("-D" + OpenBlasLibrary.LIBRARY_PROPERTY + "=" + OpenBlasLibrary.LIBRARY);
      case LIMIT -> List.of("--add-modules", "jdk.incubator.vector");
      case LIBTORCH, NEUREKA, CLBLAST, TORCH_GPU, TORCH_GPU_TF32, LIMIT_GPU -> List.of();
    };
  }

  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    switch (this) {
      case CLGRAD_CPU, CLGRAD_OPENCL, CLGRAD_OPENCL_HIGH, CLBLAST ->
          environment.put("POCL_SIGFPE_HANDLER", "0");
      case LIBTORCH -> environment.put("DJL_OFFLINE", "true");
      case LIBTORCH_TUNED -> {
        environment.put("DJL_OFFLINE", "true");
        environment.put("MALLOC_MMAP_THRESHOLD_", RETAINED);
        environment.put("MALLOC_TRIM_THRESHOLD_", RETAINED);
        environment.put("MALLOC_TOP_PAD_", Long.toString(64 << 20));
        // The arenas of other threads end at 64 MB, and what is larger is mapped anew each time.
        environment.put("MALLOC_ARENA_MAX", "1");
      }
      // With PoCL its OpenCL backend hangs while it starts; it computes on its CPU device anyway.
      case NEUREKA -> environment.put("OCL_ICD_VENDORS", System.getProperty("java.io.tmpdir"));
      case OPENBLAS -> {
        environment.put("OPENBLAS_NUM_THREADS", Integer.toString(PROCESSORS));
        // A processor that is newer than it counts for it as one without AVX-512.
        if (Machine.hasAvx512()) {
          environment.put("OPENBLAS_CORETYPE", "SKYLAKEX");
        }
      }
      case LIMIT, TORCH_GPU, TORCH_GPU_TF32, LIMIT_GPU -> {}
    }
    return environment;
  }

  @Override
  public String toString() {
    return id;
  }
}
