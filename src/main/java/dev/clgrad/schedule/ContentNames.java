package dev.clgrad.schedule;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** Names for contents, and which launch makes which. */
final class ContentNames {
  private final IdentityHashMap<Content, String> names = new IdentityHashMap<>();
  private final IdentityHashMap<Content, Integer> makers = new IdentityHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private int inMemory;
  private int made;

  /**
   * Names that were given. Of several for one content, the first holds; a name that two contents
   * were given is the first one's.
   */
  ContentNames(Map<String, Content> given) {
    given.forEach(
        (name, content) -> {
          if (!names.containsKey(content) && taken.add(name)) {
            names.put(content, name);
          }
        });
  }

  String of(Content content) {
    String name = names.get(content);
    if (name == null) {
      do {
        name = content.hasBuffer() ? "m" + ++inMemory : "v" + ++made;
      } while (!taken.add(name));
      names.put(content, name);
    }
    return name;
  }

  /** The number of the launch that makes a content; 0 if none does. */
  int maker(Content content) {
    return makers.getOrDefault(content, 0);
  }

  void setMaker(Content content, int launch) {
    makers.put(content, launch);
  }
}
