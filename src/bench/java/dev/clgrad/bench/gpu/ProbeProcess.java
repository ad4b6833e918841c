package dev.clgrad.bench.gpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The process that asks: reads the questions' names, and answers each in one line. */
final class ProbeProcess {
  static final String BEGIN = "@begin ";
  static final String ANSWER = "@answer ";

  private ProbeProcess() {}

  /** All questions, in the order in which they are asked. */
  static List<ProbeCase> cases() {
    List<ProbeCase> cases = new ArrayList<>();
    cases.addAll(DeviceFacts.cases());
    cases.addAll(Features.cases());
    cases.addAll(InlinePtx.cases());
    cases.addAll(Numerics.cases());
    cases.addAll(CompilerProbes.cases());
    cases.addAll(Timings.cases());
    // GB    cases.addAll(Numerics.cases());
    // GB    cases.addAll(CompilerProbes.cases());
    // GB    cases.addAll(Timings.cases());
    // GB    cases.addAll(InlinePtx.cases());
    return cases;
  }

  /** Asks what the input names. */
  public static void main(String[] args) throws IOException {
    Map<String, ProbeCase> byName = new HashMap<>();
    cases().forEach(each -> byName.put(each.name(), each));
    BufferedReader names =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ClSession session = null;
    for (String name = names.readLine(); name != null; name = names.readLine()) {
      System.out.println(BEGIN + name);
      System.out.flush();
      String answer;
      try {
        if (session == null) {
          session = new ClSession();
        }
        answer = byName.get(name).question().ask(session);
      } catch (ClSession.DoesNotCompile e) {
        answer = "does not compile: " + e.getMessage();
      } catch (Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        answer = "failed: " + text.toString().lines().limit(3).map(String::strip).toList();
      }
      System.out.println(ANSWER + answer.replace('\n', '\1'));
      System.out.flush();
    }
    System.exit(0);
  }
}
