package dev.clgrad.schedule;

import dev.clgrad.backend.Buffer;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose the buffers in use are, and which of them nobody can reach any more. The queue is read by
 * the thread that allocates, never by one of its own. All methods belong to the scheduler's lock.
 */
final class Claims {
  private final ReferenceQueue<Object> garbage = new ReferenceQueue<>();

  /** The first of the claims that are not given up; they must stay reachable until then. */
  private @Nullable Claim first;

  private long made;

  /** What outlives a content that has a buffer: the buffer, until it is given up or found lost. */
  static final class Claim extends PhantomReference<Object> {
    private final Buffer buffer;
    private final String op;
    private final @Nullable Site site;
    private final long length;
    private final long number;
    private @Nullable Claim previous;
    private @Nullable Claim next;

    private Claim(Claims claims, Content content, String op, Buffer buffer) {
      super(content, claims.garbage);
      this.buffer = buffer;
      this.op = op;
      this.site = content.site();
      this.length = content.length();
      this.number = ++claims.made;
    }

    Buffer buffer() {
      return buffer;
    }

    /** The operation that filled it. */
    String op() {
      return op;
    }

    /** Where the program asked for it; null unless that is recorded. */
    @Nullable Site site() {
      return site;
    }

    /** The number of elements of the content, which the buffer may exceed. */
    long length() {
      return length;
    }

    /** Its place among all claims made, from 1. */
    long number() {
      return number;
    }
  }

  /** How many were ever made. */
  long made() {
    return made;
  }

  /** Remembers whose buffer this is. */
  Claim add(Content content, String op, Buffer buffer) {
    Claim claim = new Claim(this, content, op, buffer);
    claim.next = first;
    if (first != null) {
      first.previous = claim;
    }
    first = claim;
    return claim;
  }

  /** Forgets it: its buffer has gone elsewhere. */
  void remove(Claim claim) {
    claim.clear();
    Claim previous = claim.previous;
    Claim next = claim.next;
    if (previous != null) {
      previous.next = next;
    } else {
      first = next;
    }
    if (next != null) {
      next.previous = previous;
    }
  }

  /** Hands over every claim whose content is known to be garbage. */
  void drain(Consumer<Claim> lost) {
    for (Reference<?> reference = garbage.poll(); reference != null; reference = garbage.poll()) {
      if (reference instanceof Claim claim) {
        lost.accept(claim);
      }
    }
  }

  /**
   * Waits for one reference and hands it over if it is a claim.
   *
   * @return what came; null if nothing did in time
   */
  @Nullable Reference<?> await(long millis, Consumer<Claim> lost) throws InterruptedException {
    Reference<?> reference = garbage.remove(millis);
    if (reference instanceof Claim claim) {
      lost.accept(claim);
    }
    return reference;
  }

  /** A reference to something that is garbage already; it arrives after the next collection. */
  PhantomReference<Object> sentinel() {
    return new PhantomReference<>(new Object(), garbage);
  }

  /** Shows all claims in use, the latest first. */
  void forEach(Consumer<Claim> action) {
    for (Claim claim = first; claim != null; claim = claim.next) {
      action.accept(claim);
    }
  }
}
