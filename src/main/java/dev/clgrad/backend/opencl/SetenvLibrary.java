package dev.clgrad.backend.opencl;

/**
 * The smallest shared library that sets an environment variable of the process it is loaded into:
 * its initializer is one call of the C library's {@code setenv}. A child process, which could be
 * given the variable, is no way for a library.
 */
final class SetenvLibrary {
  private SetenvLibrary() {}

  /**
   * The library's bytes.
   *
   * @param variable the variable to set, in ASCII
   * @param value its value, likewise
   */
  static byte[] bytes(String variable, String value) {
    TinyLibrary library = new TinyLibrary("setenv");
    int variableAt = library.text(variable);
    int valueAt = library.text(value);
    // setenv(variable, value, 1)
    return library.bytes(
        library.code(
            code ->
                code.relative(variableAt, 0x48, 0x8d, 0x3d) // lea rdi, [rip + variable]
                    .relative(valueAt, 0x48, 0x8d, 0x35) // lea rsi, [rip + value]
                    .put(0xba)
                    .number(1) // mov edx, 1
                    .tailCall()));
  }
}
