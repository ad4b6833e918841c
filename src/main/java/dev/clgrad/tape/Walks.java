package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which thread is walking over which nodes. What a node saved is given back as a walk passes it,
 * and its hooks run once a walk: two threads must not be in one graph at a time. Leaves are no part
 * of that; any number of graphs may end at one.
 */
final class Walks {
  private static final Object LOCK = new Object();

  private Walks() {}

  /**
   * Claims the nodes of a walk for this thread.
   *
   * @return those that it had not claimed before, by a walk further out
   * @throws AutogradException if another thread has one of them; nothing is claimed then
   */
  static List<Node> begin(List<Node> nodes) {
    Thread thread = Thread.currentThread();
    List<Node> claimed = new ArrayList<>(nodes.size());
    synchronized (LOCK) {
      for (Node node : nodes) {
        if (node.leaf() != null || node.walker == thread) {
          continue;
        }
        if (node.walker != null) {
          for (Node mine : claimed) {
            mine.walker = null;
          }
          throw new AutogradException(
              "backward: thread "
                  + node.walker.getName()
                  + " is computing gradients through "
                  + node
                  + ", which this graph shares; let one thread at a time go backward through a graph, or make a graph for"
                  + " each thread (leaves may be shared)");
        }
        node.walker = thread;
        claimed.add(node);
      }
    }
    return claimed;
  }

  /** Ends a walk. */
  static void end(List<Node> claimed) {
    synchronized (LOCK) {
      for (Node node : claimed) {
        node.walker = null;
      }
    }
  }
}
