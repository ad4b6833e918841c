package dev.clgrad.data;

import dev.clgrad.DataException;
import dev.clgrad.ShapeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of digits with their labels, in two parts: one to train on and one held out to test on.
 *
 * <p>The format is MNIST's: each picture is 28 rows of 28 unsigned bytes, 0 for paper and 255 for
 * ink; each label is 0 to 9. Data sets of the same format, such as Fashion-MNIST, can be read too.
 */
public final class Digits {
  /** Rows and columns of each picture. */
  public static final int SIDE = 28;

  /** Pixels of each picture. */
  public static final int PIXELS = SIDE * SIDE;

  /** The number of different labels. */
  public static final int CLASSES = 10;

  /** Pictures and their labels, in a fixed order. */
  public static final class Part {
    private final byte[] images;
    private final byte[] labels;

    /**
     * A part of these pictures and labels; the arrays are not copied.
     *
     * @param images {@link Digits#PIXELS} unsigned bytes each, row after row
     * @param labels one each
     * @throws ShapeException if there is not one picture for each label
     * @throws DataException if a label is not one of 0 to 9
     */
    public Part(byte[] images, byte[] labels) {
      if (images.length != (long) labels.length * PIXELS) {
        throw new ShapeException(
            "digits: "
                + labels.length
                + " labels need "
                + (long) labels.length * PIXELS
                + " pixels, but there are "
                + images.length
                + "; give "
                + PIXELS
                + " for each label");
      }
      int wrong = firstWrong(labels);
      if (wrong >= 0) {
        throw new DataException("digits: " + wrongLabel(labels, wrong));
      }
      this.images = images;
      this.labels = labels;
    }

    /** The number of pictures. */
    public int size() {
      return labels.length;
    }

    /** All pixels as unsigned bytes, {@link Digits#PIXELS} a picture; not copied. */
    public byte[] images() {
      return images;
    }

    /** All labels, 0 to 9; not copied. */
    public byte[] labels() {
      return labels;
    }
  }

  private static final String TRAIN = "train";
  private static final String TEST = "t10k";

  private final Part train;
  private final Part test;
  private final String source;

  /**
   * A data set of these parts.
   *
   * @param source one sentence on where it comes from
   */
  public Digits(Part train, Part test, String source) {
    this.train = train;
    this.test = test;
    this.source = source;
  }

  /**
   * Reads the four files of MNIST from a folder: {@code train-images-idx3-ubyte}, {@code
   * train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte},
   * each with or without {@code .gz}, or with a dot before {@code idx} as some copies have it.
   *
   * @throws DataException if one is missing or not IDX, if pictures are not 28 by 28 unsigned
   *     bytes, if there is not one label for each, or if a label is not one of 0 to 9
   */
  public static Digits load(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          folder
              + (Files.exists(folder) ? ": is not a folder" : ": no such folder")
              + "; expected one that holds "
              + imagesName(TRAIN)
              + " and the other three files of MNIST, plain or gzipped");
    }
    Path[] files = {
      find(folder, imagesName(TRAIN)),
      find(folder, labelsName(TRAIN)),
      find(folder, imagesName(TEST)),
      find(folder, labelsName(TEST))
    };
    Part train = part(files[0], files[1]);
    Part test = part(files[2], files[3]);
    return new Digits(
        train,
        test,
        train.size()
            + " training and "
            + test.size()
            + " test images read from "
            + folder
            + " in MNIST's format.");
  }

  /**
   * Writes the four files of MNIST, gzipped, into a folder that is made where it is missing.
   *
   * @throws DataException if one cannot be written
   */
  public void save(Path folder) {
    save(folder, TRAIN, train);
    save(folder, TEST, test);
  }

  private static void save(Path folder, String prefix, Part part) {
    Idx.ofUnsigned(part.images, part.size(), SIDE, SIDE)
        .write(folder.resolve(imagesName(prefix) + ".gz"), true);
    Idx.ofUnsigned(part.labels, part.size())
        .write(folder.resolve(labelsName(prefix) + ".gz"), true);
  }

  private static String imagesName(String prefix) {
    return prefix + "-images-idx3-ubyte";
  }

  private static String labelsName(String prefix) {
    return prefix + "-labels-idx1-ubyte";
  }

  private static Path find(Path folder, String name) {
    String dotted = name.replace("-idx", ".idx");
    List<String> names = List.of(name, name + ".gz", dotted, dotted + ".gz");
    for (String candidate : names) {
      Path file = folder.resolve(candidate);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    List<String> missing = new ArrayList<>(names.subList(1, names.size()));
    throw new DataException(
        folder
            + ": has no file "
            + name
            + " (nor "
            + String.join(", ", missing)
            + "); put the four files of MNIST into this folder or name the folder that holds them");
  }

  private static Part part(Path imagesFile, Path labelsFile) {
    Idx images = Idx.read(imagesFile);
    int[] sizes = images.sizes();
    if (images.type() != Idx.Type.UNSIGNED_BYTE
        || sizes.length != 3
        || sizes[1] != SIDE
        || sizes[2] != SIDE) {
      throw new DataException(
          imagesFile
              + ": holds "
              + images
              + "; expected pictures, UNSIGNED_BYTE [count, 28, 28]; name a folder in MNIST's"
              + " format");
    }
    Idx labels = Idx.read(labelsFile);
    if (labels.type() != Idx.Type.UNSIGNED_BYTE || labels.rank() != 1) {
      throw new DataException(
          labelsFile
              + ": holds "
              + labels
              + "; expected labels, UNSIGNED_BYTE [count]; name a folder in MNIST's format");
    }
    int count = labels.sizes()[0];
    if (count != sizes[0]) {
      throw new DataException(
          imagesFile
              + ": holds "
              + sizes[0]
              + " images, but "
              + labelsFile.getFileName()
              + " beside it holds "
              + count
              + " labels; expected one for each, so take both files from the same copy");
    }
    if (count == 0) {
      throw new DataException(
          imagesFile + ": holds 0 images; expected at least one, so take a copy that has some");
    }
    int wrong = firstWrong(labels.bytes());
    if (wrong >= 0) {
      throw new DataException(labelsFile + ": " + wrongLabel(labels.bytes(), wrong));
    }
    return new Part(images.bytes(), labels.bytes());
  }

  private static int firstWrong(byte[] labels) {
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= CLASSES) {
        return i;
      }
    }
    return -1;
  }

  private static String wrongLabel(byte[] labels, int i) {
    return "label "
        + (labels[i] & 0xFF)
        + " at index "
        + i
        + "; expected 0 to 9, so take a data set of ten classes";
  }

  /** The part to train on. */
  public Part train() {
    return train;
  }

  /** The held-out part. */
  public Part test() {
    return test;
  }

  /** One sentence on which data this is and where it comes from. */
  public String source() {
    return source;
  }

  /** The same pictures under another sentence. */
  Digits withSource(String sentence) {
    return new Digits(train, test, sentence);
  }
}
