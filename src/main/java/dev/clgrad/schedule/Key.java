package dev.clgrad.schedule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a plan depends on, as a row of objects and numbers that can be compared quickly. */
final class Key {
  private Object[] objects = new Object[32];
  private int[] numbers = new int[64];
  private int objectCount;
  private int numberCount;
  private int hash = 1;

  void add(Object object) {
    if (objectCount == objects.length) {
      objects = Arrays.copyOf(objects, 2 * objectCount);
    }
    objects[objectCount++] = object;
    hash = 31 * hash + object.hashCode();
  }

  void add(int number) {
    if (numberCount == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * numberCount);
    }
    numbers[numberCount++] = number;
    hash = 31 * hash + number;
  }

  /** Forgets everything, to be filled again. */
  void clear() {
    Arrays.fill(objects, 0, objectCount, null);
    objectCount = 0;
    numberCount = 0;
    hash = 1;
  }

  /** A copy that stays as it is. */
  Key frozen() {
    Key copy = new Key();
    copy.objects = Arrays.copyOf(objects, objectCount);
    copy.numbers = Arrays.copyOf(numbers, numberCount);
    copy.objectCount = objectCount;
    copy.numberCount = numberCount;
    copy.hash = hash;
    return copy;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof Key that)
        || hash != that.hash
        || objectCount != that.objectCount
        || numberCount != that.numberCount
        || !Arrays.equals(numbers, 0, numberCount, that.numbers, 0, numberCount)) {
      return false;
    }
    for (int i = 0; i < objectCount; i++) {
      if (objects[i] != that.objects[i] && !objects[i].equals(that.objects[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
