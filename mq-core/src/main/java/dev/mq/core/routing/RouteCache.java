package dev.mq.core.routing;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a trie answered for the latest routing keys. Any number of readers, no locks.
 *
 * <p>An entry counts only for the generation of bindings it was made in. The hit rate is sampled;
 * when it is low, the cache steps aside for a while, since filling it costs more than it saves. The
 * counters are plain and may lose updates.
 */
final class RouteCache {
  /** One route in this many is counted, so that threads rarely write to what they share. */
  static final int SAMPLING = 16;

  /** Longer answers are not kept. */
  static final int LONGEST = 64;

  private static final int BITS = 12;
  private static final int SIZE = 1 << BITS;
  private static final int WARM_UP = 2 * SIZE / SAMPLING;
  private static final int WINDOW = 1024 / SAMPLING;
  private static final int PAUSE = (1 << 20) / SAMPLING;

  private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(SIZE);
  private volatile boolean bypassed;
  private int samples;
  private int hits;

  private static final class Entry {
    final String key;
    final long generation;
    final Node[] targets;

    Entry(String key, long generation, Node[] targets) {
      this.key = key;
      this.generation = generation;
      this.targets = targets;
    }
  }

  boolean isBypassed() {
    return bypassed;
  }

  Node @Nullable [] find(String key, long generation) {
    int at = index(key);
    Entry e = entries.getAcquire(at);
    if (e == null || e.generation != generation || !e.key.equals(key)) {
      e = entries.getAcquire(at ^ 1);
      if (e == null || e.generation != generation || !e.key.equals(key)) {
        return null;
      }
    }
    return e.targets;
  }

  /**
   * The first place stays with who has it, so that three keys of one place do not drive each other
   * out in turn.
   */
  void keep(String key, long generation, Node[] targets) {
    int at = index(key);
    Entry e = entries.getAcquire(at);
    boolean free = e == null || e.generation != generation;
    entries.setRelease(free ? at : at ^ 1, new Entry(key, generation, targets));
  }

  void sample(boolean hit) {
    int n = ++samples;
    if (bypassed) {
      if (n >= PAUSE) {
        restart(false);
      }
    } else if (n > WARM_UP) {
      hits += hit ? 1 : 0;
      if (n >= WARM_UP + WINDOW) {
        boolean low = hits * 2 < WINDOW;
        restart(low);
        samples = low ? 0 : WARM_UP;
      }
    }
  }

  private void restart(boolean bypass) {
    samples = 0;
    hits = 0;
    bypassed = bypass;
  }

  private static int index(String key) {
    return (key.hashCode() * 0x9E3779B9) >>> (Integer.SIZE - BITS);
  }
}
