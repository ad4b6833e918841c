package dev.clgrad.backend.opencl;

import dev.clgrad.backend.KernelSignature;
import dev.clgrad.backend.KernelSignature.AddressSpace;
import dev.clgrad.backend.KernelSignature.Parameter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;

/** Asks a driver about a kernel. */
final class KernelQuery {
  private KernelQuery() {}

  /** How many parameters it has. */
  static int parameters(cl_kernel kernel) {
    return (int)
        Cl.integer(
            (bytes, to, size) ->
                CL.clGetKernelInfo(kernel, CL.CL_KERNEL_NUM_ARGS, bytes, to, size));
  }

  /** The largest work-group it can run with, at least 1. */
  static long maxLocalSize(cl_kernel kernel, cl_device_id device) {
    return Math.max(
        1,
        Cl.integer(
            (bytes, to, size) ->
                CL.clGetKernelWorkGroupInfo(
                    kernel, device, CL.CL_KERNEL_WORK_GROUP_SIZE, bytes, to, size)));
  }

  /**
   * All that the driver knows of it. Drivers know its parameters where the program was built with
   * {@code -cl-kernel-arg-info}, and not all of them where it came from a binary.
   */
  static KernelSignature signature(cl_kernel kernel, cl_device_id device) {
    int parameters = parameters(kernel);
    List<Parameter> details = new ArrayList<>();
    for (int i = 0; i < parameters; i++) {
      String type = text(kernel, i, CL.CL_KERNEL_ARG_TYPE_NAME);
      if (type.isEmpty()) {
        details.clear();
        break;
      }
      long space = number(kernel, i, CL.CL_KERNEL_ARG_ADDRESS_QUALIFIER);
      long qualifiers = number(kernel, i, CL.CL_KERNEL_ARG_TYPE_QUALIFIER);
      details.add(
          new Parameter(
              text(kernel, i, CL.CL_KERNEL_ARG_NAME),
              type.replace("unsigned ", "u").replaceAll("\\bconst\\b|\\s", ""),
              space == CL.CL_KERNEL_ARG_ADDRESS_GLOBAL
                  ? AddressSpace.GLOBAL
                  : space == CL.CL_KERNEL_ARG_ADDRESS_CONSTANT
                      ? AddressSpace.CONSTANT
                      : space == CL.CL_KERNEL_ARG_ADDRESS_LOCAL
                          ? AddressSpace.LOCAL
                          : AddressSpace.PRIVATE,
              (qualifiers & CL.CL_KERNEL_ARG_TYPE_CONST) != 0));
    }
    List<Long> required = new ArrayList<>();
    ByteBuffer sizes =
        Cl.bytes(
            (bytes, to, size) ->
                CL.clGetKernelWorkGroupInfo(
                    kernel, device, CL.CL_KERNEL_COMPILE_WORK_GROUP_SIZE, bytes, to, size));
    while (sizes.remaining() >= Long.BYTES) {
      required.add(sizes.getLong());
    }
    return new KernelSignature(parameters, details, maxLocalSize(kernel, device), required);
  }

  private static String text(cl_kernel kernel, int parameter, int what) {
    return Cl.text(
        (bytes, to, size) -> CL.clGetKernelArgInfo(kernel, parameter, what, bytes, to, size));
  }

  private static long number(cl_kernel kernel, int parameter, int what) {
    return Cl.integer(
        (bytes, to, size) -> CL.clGetKernelArgInfo(kernel, parameter, what, bytes, to, size));
  }
}
