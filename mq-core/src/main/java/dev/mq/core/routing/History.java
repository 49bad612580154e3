package dev.mq.core.routing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a state remembers of the commands that made it. Belongs to the one writer.
 *
 * <p>The ids of the last commands are part of the state: a command that its author appended twice,
 * because the first attempt looked lost, must not undo what others did in between.
 *
 * <p>Who begins to read in the middle of a log that was trimmed meets commands before the snapshot
 * they belong after. They are kept until a snapshot reaches back far enough, and then applied to it
 * again.
 */
final class History {
  /** How many ids are remembered. */
  static final int RECENT = 4096;

  private record Entry(long offset, TopologyCommand command) {}

  private final Map<UUID, Outcome> recent =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Outcome> eldest) {
          return size() > RECENT;
        }
      };

  /** Null for who has seen the log from its beginning, or from a snapshot. */
  private @Nullable List<Entry> tail;

  private long tailStart;

  @Nullable Outcome outcome(UUID id) {
    return recent.get(id);
  }

  void add(UUID id, Outcome outcome) {
    recent.put(id, outcome);
  }

  List<UUID> recentIds() {
    return List.copyOf(recent.keySet());
  }

  void restore(List<UUID> ids) {
    recent.clear();
    ids.forEach(id -> recent.put(id, Outcome.NOTHING_TO_DO));
  }

  void copyFrom(History other) {
    recent.clear();
    recent.putAll(other.recent);
  }

  void keepTail(long offset, TopologyCommand command, boolean first) {
    if (first && offset > 0) {
      tail = new ArrayList<>();
      tailStart = offset;
    }
    if (tail != null) {
      tail.add(new Entry(offset, command));
    }
  }

  boolean hasTail() {
    return tail != null;
  }

  void replayTail(long after, TopologyState state) {
    for (Entry e : tail == null ? Collections.<Entry>emptyList() : tail) {
      if (e.offset > after) {
        state.apply(e.offset, e.command);
      }
    }
  }

  /**
   * Drops the tail when a snapshot joins on to its first command; an older one leaves a gap that a
   * later one may close.
   */
  void trimTail(long snapshot) {
    if (snapshot >= tailStart - 1) {
      tail = null;
    }
  }
}
