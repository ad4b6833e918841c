package dev.clgrad.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Reads folders of cases: {@code *.jsonl} and {@code *.jsonl.gz}, one case a line. */
final class CaseFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CaseFiles() {}

  /** The folder of the cases that the tests bring along. */
  static Path shipped() {
    URL errors = CaseFiles.class.getResource("/conformance/errors.jsonl.gz");
    if (errors == null) {
      throw new IllegalStateException("the shipped cases are not on the class path");
    }
    try {
      URI uri = errors.toURI();
      return Path.of(uri).resolveSibling("");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Every case of a folder, files in order of their names.
   *
   * @throws IllegalArgumentException if there is none, or a line is no case
   */
  static List<Case> read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + " is not a folder");
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(CaseFiles::holdsCases).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Case> cases = new ArrayList<>();
    for (Path file : files) {
      readFile(file, cases);
    }
    if (cases.isEmpty()) {
      throw new IllegalArgumentException(folder + " holds no cases (*.jsonl or *.jsonl.gz)");
    }
    return cases;
  }

  private static boolean holdsCases(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
  }

  private static void readFile(Path file, List<Case> cases) {
    int number = 0;
    try (InputStream raw = Files.newInputStream(file);
        InputStream bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          cases.add(Case.of(JSON.readTree(line), file.getFileName() + ":" + number));
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ":" + number + ": " + e.getMessage(), e);
    }
  }
}
