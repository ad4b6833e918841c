package dev.clgrad.backend.programs;

import dev.clgrad.backend.UserFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of compiled programs, shared by all processes of a user.
 *
 * <p>A file appears in it whole or not at all, and one that cannot be used counts as missing: it is
 * written again. When the folder grows over its bound, the programs used longest ago are deleted.
 * Nothing is read from a folder that other users may write to. Whatever the file system refuses is
 * logged once and costs a program only the time to compile; no method that a computation calls
 * throws.
 *
 * <p>Not thread-safe; several objects and several processes may use the same folder.
 */
public final class ProgramFolder {
  static final String SUFFIX = ".program";

  /** A file that is still temporary after so long was left behind by a process that died. */
  private static final long ABANDONED_MILLIS = 3_600_000;

  private static final Logger LOG = LoggerFactory.getLogger(ProgramFolder.class);

  private final Path path;
  private final long maxBytes;
  private @Nullable Boolean usable;

  /** What the folder held when it was last listed, and what was written since; −1 before. */
  private long knownBytes = -1;

  /**
   * A folder that need not exist yet.
   *
   * @param maxBytes how large its files may be together
   */
  public ProgramFolder(Path path, long maxBytes) {
    this.path = path;
    this.maxBytes = maxBytes;
  }

  /** What a folder holds. */
  public record Usage(int programs, long bytes) {}

  private record Entry(Path file, long bytes, long usedMillis) {}

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** How large its files may be together. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Reads a program; null if there is none that can be used. */
  public byte @Nullable [] load(ProgramKey key) {
    if (Boolean.FALSE.equals(usable)) {
      return null;
    }
    Path file = path.resolve(key.fileName());
    try {
      if (usable == null && (!Files.isDirectory(path) || !isTrusted())) {
        return null;
      }
      if (Files.size(file) > maxBytes) {
        return null;
      }
      byte[] program = ProgramFile.decode(Files.readAllBytes(file), key);
      if (program == null) {
        LOG.debug("{} does not hold what it should", file);
        return null;
      }
      Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
      return program;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException | SecurityException e) {
      LOG.debug("{} cannot be read", file, e);
      return null;
    }
  }

  /** Writes a program, in place of what is there under its key. */
  public void store(ProgramKey key, byte[] program) {
    long bytes = ProgramFile.size(key, program);
    if (Boolean.FALSE.equals(usable) || bytes > maxBytes) {
      return;
    }
    try {
      UserFiles.createFolder(path);
      if (usable == null && !isTrusted()) {
        return;
      }
      makeRoom(bytes);
      UserFiles.write(path.resolve(key.fileName()), ProgramFile.encode(key, program));
      knownBytes += bytes;
    } catch (IOException | SecurityException e) {
      giveUp("cannot be written to: " + e);
    }
  }

  /** What it holds now. */
  public Usage usage() throws IOException {
    int programs = 0;
    long bytes = 0;
    for (Entry entry : list(SUFFIX)) {
      programs++;
      bytes += entry.bytes();
    }
    return new Usage(programs, bytes);
  }

  /**
   * Deletes all programs, and nothing else that lies there.
   *
   * @return what was deleted
   * @throws IOException if something cannot be deleted
   */
  public Usage clear() throws IOException {
    int programs = 0;
    long bytes = 0;
    for (Entry entry : list(SUFFIX)) {
      if (Files.deleteIfExists(entry.file())) {
        programs++;
        bytes += entry.bytes();
      }
    }
    for (Entry entry : list(UserFiles.TEMPORARY)) {
      Files.deleteIfExists(entry.file());
    }
    knownBytes = -1;
    return new Usage(programs, bytes);
  }

  /** Why programs are neither read from nor written to it; null if they are. */
  public @Nullable String obstacle() throws IOException {
    return Files.exists(path) ? Ownership.obstacle(path) : null;
  }

  private boolean isTrusted() throws IOException {
    String obstacle = Ownership.obstacle(path);
    if (obstacle != null) {
      giveUp("is not used: " + obstacle);
      return false;
    }
    usable = true;
    return true;
  }

  private void giveUp(String reason) {
    usable = false;
    LOG.info(
        "The folder of compiled programs, {}, {}; kernels are compiled anew in each process."
            + " -Dclgrad.cache.dir names another folder.",
        path,
        reason);
  }

  /** Deletes the programs used longest ago until there is room for so many bytes more. */
  private void makeRoom(long bytes) throws IOException {
    if (knownBytes >= 0 && knownBytes + bytes <= maxBytes) {
      return;
    }
    for (Entry entry : list(UserFiles.TEMPORARY)) {
      if (System.currentTimeMillis() - entry.usedMillis() > ABANDONED_MILLIS) {
        Files.deleteIfExists(entry.file());
      }
    }
    List<Entry> programs = list(SUFFIX);
    programs.sort(Comparator.comparingLong(Entry::usedMillis));
    knownBytes = 0;
    for (Entry entry : programs) {
      knownBytes += entry.bytes();
    }
    for (Entry entry : programs) {
      if (knownBytes + bytes <= maxBytes) {
        break;
      }
      Files.deleteIfExists(entry.file());
      knownBytes -= entry.bytes();
    }
  }

  /** The files of one kind; those that go while they are listed are left out. */
  private List<Entry> list(String suffix) throws IOException {
    List<Entry> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*" + suffix)) {
      for (Path file : files) {
        try {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          if (attributes.isRegularFile()) {
            found.add(new Entry(file, attributes.size(), attributes.lastModifiedTime().toMillis()));
          }
        } catch (NoSuchFileException e) {
          LOG.trace("{} is gone", file);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      LOG.trace("{} is no folder", path);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }
}
