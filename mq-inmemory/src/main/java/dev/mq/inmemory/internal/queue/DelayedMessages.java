package dev.mq.inmemory.internal.queue;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue that wait for a time, earliest first. Guarded by the lock of its queue.
 * An entry whose message was removed meanwhile stays until it is due and is then ignored.
 */
final class DelayedMessages {
  private record Entry(long due, MessageSegment segment, long position)
      implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return due != other.due
          ? Long.compare(due, other.due)
          : Long.compare(position, other.position);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();

  void add(long due, MessageSegment segment, int slot) {
    entries.add(new Entry(due, segment, segment.base + slot));
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Returns when the first entry is due; there must be one. */
  long firstDue() {
    return entries.element().due;
  }

  /** Makes the messages due at a time ready and returns how many. */
  int release(long now) {
    int n = 0;
    for (@Nullable Entry e = entries.peek(); e != null && e.due <= now; e = entries.peek()) {
      entries.remove();
      if (e.segment.isDelayed(e.position)) {
        e.segment.chain.makeReady(e.segment, (int) (e.position - e.segment.base));
        n++;
      }
    }
    return n;
  }

  void clear() {
    entries.clear();
  }
}
