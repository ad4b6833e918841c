package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.List;
import java.util.Set;

/**
 * All that the text of a {@link Body} depends on, and so the key of its rendering.
 *
 * @param indices the loads that are indices, of which nothing is read
 * @param rank the dimensions that indices are computed in; 0 where all operands lie flat
 * @param wide whether indices need 64 bits
 */
record BodyStructure(
    Role role,
    List<Step> steps,
    List<DType> inputTypes,
    List<Access> inputs,
    Set<Integer> indices,
    List<Integer> outputs,
    List<Access> outputAccess,
    int rank,
    int width,
    boolean wide,
    boolean restrict) {
  boolean gathers() {
    return inputs.contains(Access.GATHER) || outputAccess.contains(Access.GATHER);
  }

  DType resultType(int step) {
    return isMask(step) ? DType.BOOL : steps.get(step).dtype();
  }

  boolean isMask(int step) {
    return steps.get(step).function().result() == Kind.MASK;
  }

  /** The first load that is a parameter and not handed over. */
  int firstInput() {
    return role == Role.RESULT ? 1 : 0;
  }

  /** How an operand's W elements lie in memory. */
  enum Access {
    /** All the same element. */
    SPLAT,
    /** Side by side. */
    RUN,
    /** Equally far apart. */
    STRIDED,
    /** Anywhere: each lane computes its own index. */
    GATHER
  }

  /** What the function is for. */
  enum Role {
    /** A kernel of its own: it finds its elements by the number of its work-item. */
    KERNEL,
    /** What a kernel reads instead of memory: it returns the result of the last step. */
    SOURCE,
    /** What a kernel hands its result to, which is the first load. */
    RESULT
  }

  /** A step without its task. */
  record Step(PointwiseFunction function, DType dtype, List<Integer> operands) {}
}
