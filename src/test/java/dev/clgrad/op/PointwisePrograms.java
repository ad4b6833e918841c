package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.opencl.RecordingBackend;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.Variable;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes the programs of every pointwise operation alone, forward and backward, over float. */
public final class PointwisePrograms {
  private static final Shape SHAPE = Shape.of(1024);

  private PointwisePrograms() {}

  /** Writes them into a folder. */
  public static void write(Path folder) {
    Scheduler scheduler = new Scheduler(new RecordingBackend(folder, "pointwise"));
    PointwiseSubject.all()
        .forEach(
            subject -> {
              Variable[] x =
                  Stream.generate(() -> variable(scheduler, true))
                      .limit(subject.arguments())
                      .toArray(Variable[]::new);
              Variable y = subject.apply(x);
              scheduler.synchronize();
              if (y.requiresGrad()) {
                Backward.gradients(
                    List.of(y),
                    List.of(variable(scheduler, false)),
                    List.of(x),
                    false,
                    false,
                    TapeAlgebra.INSTANCE);
                scheduler.synchronize();
              }
            });
  }

  private static Variable variable(Scheduler on, boolean requiresGrad) {
    Variable x = new Variable(on.newStorage("x", DType.FLOAT32, SHAPE), Layout.contiguous(SHAPE));
    on.write(x.value(), new float[(int) SHAPE.numel()]);
    x.setRequiresGrad(requiresGrad);
    return x;
  }
}
