package dev.clgrad.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * One function of libtorch for which DJL has no method: a module whose forward calls it, in the
 * form that {@code torch.jit.save} writes.
 */
final class TorchScript {
  /** The format's version: of 10, GELU has a choice of approximation. */
  private static final String VERSION = "10\n";

  /** Pickled: an object of the class Call, with nothing but the attribute {@code training}. */
  private static final String OBJECT =
      "\u0080\u0002c__torch__\nCall\n)\u0081}X\b\0\0\0training\u0088sb.";

  /** Pickled: an empty tuple. */
  private static final String NO_CONSTANTS = "\u0080\u0002).";

  private final PtSymbolBlock block;

  /**
   * Compiles it.
   *
   * @param expression what it returns, in TorchScript as it is saved
   * @param parameters their names; all are tensors
   */
  TorchScript(NDManager manager, String expression, String... parameters) {
    String code =
        "class Call(Module):\n"
            + "  __parameters__ = []\n"
            + "  __buffers__ = []\n"
            + "  training : bool\n"
            + "  def forward(self: __torch__.Call,\n    "
            + Arrays.stream(parameters)
                .map(name -> name + ": Tensor")
                .collect(Collectors.joining(",\n    "))
            + ") -> Tensor:\n"
            + "    return "
            + expression
            + "\n";
    try {
      block =
          JniUtils.loadModule(
              (PtNDManager) manager, new ByteArrayInputStream(archive(code)), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] archive(String code) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      add(zip, "data.pkl", OBJECT);
      add(zip, "code/__torch__.py", code);
      add(zip, "constants.pkl", NO_CONSTANTS);
      add(zip, "version", VERSION);
    }
    return bytes.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, String content) throws IOException {
    zip.putNextEntry(new ZipEntry("call/" + name));
    zip.write(content.getBytes(StandardCharsets.ISO_8859_1));
    zip.closeEntry();
  }

  /** Calls it; what it returns belongs to the first input's manager and has a gradient. */
  NDArray call(NDArray... inputs) {
    return IValueUtils.forward(block, new NDList(inputs), true).singletonOrThrow();
  }
}
