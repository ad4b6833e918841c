package dev.clgrad.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Views and index spaces against the addresses of their elements, one by one. */
class LayoutTest {
  private final Random random = new Random(5);

  /** Where the element of a row-major index lies. */
  static long address(Layout layout, long index) {
    long at = layout.offset();
    for (int d = layout.rank() - 1; d >= 0; d--) {
      at += index % layout.size(d) * layout.stride(d);
      index /= layout.size(d);
    }
    return at;
  }

  private static List<Long> addresses(Layout layout) {
    List<Long> all = new ArrayList<>();
    for (long i = 0; i < layout.shape().numel(); i++) {
      all.add(address(layout, i));
    }
    return all;
  }

  private Layout randomLayout() {
    int rank = random.nextInt(5);
    long[] sizes = IntStream.range(0, rank).mapToLong(d -> 1L + random.nextInt(4)).toArray();
    Layout layout = Layout.contiguous(Shape.of(sizes));
    for (int step = 0; step < 3 && layout.rank() > 0; step++) {
      int d = random.nextInt(layout.rank());
      switch (random.nextInt(5)) {
        case 0 -> layout = layout.transpose(d, random.nextInt(layout.rank()));
        case 1 -> {
          long start = random.nextInt((int) layout.size(d));
          long by = 1L + random.nextInt(2);
          layout = layout.slice(d, start, by, (layout.size(d) - start + by - 1) / by);
        }
        case 2 -> layout = layout.unsqueeze(random.nextInt(layout.rank() + 1));
        case 3 -> {
          long[] to = layout.shape().toArray();
          to[d] = to[d] == 1 ? 3 : to[d];
          layout = layout.expand("test", Shape.of(to));
        }
        default -> layout = layout.select(d, random.nextInt((int) layout.size(d)));
      }
    }
    return layout;
  }

  /** Sizes of a product: factors of a number in a random order, and some ones. */
  private Shape randomShape(long numel) {
    List<Long> sizes = new ArrayList<>();
    long rest = numel;
    for (long f = 2; f <= rest; f++) {
      while (rest % f == 0) {
        rest /= f;
        if (!sizes.isEmpty() && random.nextBoolean()) {
          int at = random.nextInt(sizes.size());
          sizes.set(at, sizes.get(at) * f);
        } else {
          sizes.add(random.nextInt(sizes.size() + 1), f);
        }
      }
    }
    for (int ones = random.nextInt(3); ones > 0; ones--) {
      sizes.add(random.nextInt(sizes.size() + 1), 1L);
    }
    return Shape.of(sizes.stream().mapToLong(s -> s).toArray());
  }

  /** Strides that give a shape these addresses; null if there are none. */
  private static @Nullable Layout strided(List<Long> addresses, Shape shape) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      strides[d] = shape.size(d) == 1 ? 1 : addresses.get((int) step) - addresses.get(0);
      step *= shape.size(d);
    }
    Layout layout = Layout.of(shape, strides, addresses.get(0));
    return addresses(layout).equals(addresses) ? layout : null;
  }

  @Test
  void reshapesExactlyWhereStridesAllow() {
    int views = 0;
    int copies = 0;
    for (int i = 0; i < 20_000; i++) {
      Layout layout = randomLayout();
      Shape shape = randomShape(layout.shape().numel());
      Layout reshaped = layout.reshape(shape);
      String what = layout + " as " + shape;
      if (reshaped == null) {
        assertNull(strided(addresses(layout), shape), what);
        copies++;
      } else {
        assertEquals(shape, reshaped.shape());
        assertEquals(addresses(layout), addresses(reshaped), what);
        views++;
      }
    }
    assertTrue(views > 1000 && copies > 1000, views + " views, " + copies + " copies");
  }

  @Test
  void knowsWhatIsContiguous() {
    for (int i = 0; i < 5_000; i++) {
      Layout layout = randomLayout();
      boolean consecutive = true;
      for (int e = 0; e < layout.shape().numel(); e++) {
        consecutive &= address(layout, e) == layout.offset() + e;
      }
      assertEquals(consecutive, layout.isContiguous(), layout.toString());
      assertEquals(
          addresses(layout).stream().distinct().count() == layout.shape().numel(),
          layout.isInjective(),
          layout.toString());
    }
  }

  @Test
  void keepsEmptyViewsInsideTheMemory() {
    Layout layout = Layout.contiguous(Shape.of(5, 0, 7));
    assertEquals(0, layout.select(0, 4).offset());
    assertEquals(0, layout.slice(0, 4, 1, 1).offset());
    assertEquals(0, Layout.contiguous(Shape.of(5)).slice(0, 5, 1, 0).offset());
    Layout reshaped = layout.transpose(0, 2).reshape(Shape.of(0, 3));
    assertNotNull(reshaped);
    assertTrue(reshaped.isContiguous());
  }

  @Test
  void walksAllOperandsInOneIndexSpace() {
    for (int i = 0; i < 5_000; i++) {
      Layout first = randomLayout();
      List<Layout> operands = new ArrayList<>(List.of(first));
      operands.add(Layout.contiguous(first.shape()));
      Layout random = first;
      if (first.rank() > 1) {
        int last = first.rank() - 1;
        random = Layout.contiguous(first.transpose(0, last).shape()).transpose(0, last);
      }
      operands.add(random);
      IndexSpace space = IndexSpace.of(operands.get(0).shape(), operands);
      assertEquals(first.shape().numel(), space.numel());
      assertTrue(space.rank() <= first.rank());
      for (int o = 0; o < operands.size(); o++) {
        for (long e = 0; e < space.numel(); e++) {
          long at = operands.get(o).offset();
          long rest = e;
          for (int d = space.rank() - 1; d >= 0; d--) {
            at += rest % space.size(d) * space.stride(o, d);
            rest /= space.size(d);
          }
          assertEquals(address(operands.get(o), e), at, operands.toString());
        }
      }
      for (int d = 0; d < space.rank(); d++) {
        assertFalse(space.size(d) == 1, "a dimension of size 1 stays: " + operands);
      }
      assertEquals(
          operands.get(1).shape().numel() == 1 ? 0 : 1,
          IndexSpace.of(operands.get(1).shape(), operands.subList(1, 2)).rank());
    }
  }
}
