package dev.mq.core.delay;

import dev.mq.api.Message;
import dev.mq.core.log.CommitLedger;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What the mover has read of one partition and not moved yet, by when it is due. Used by the
 * mover's thread only.
 *
 * <p>Invariants: every record received is in the heap, on its way, or handled; {@code count} and
 * {@code bytes} are those of the first two; after {@code dropped} nothing of it counts any more.
 */
final class Waiting {
  /** One record. */
  static final class Entry {
    final Waiting partition;
    final long sequence;
    final Message message;
    final long untilMillis;

    /** When to do something about it: due, or tried again. */
    long atMillis;

    int failures;

    Entry(Waiting partition, long sequence, Message message, long untilMillis, long atMillis) {
      this.partition = partition;
      this.sequence = sequence;
      this.message = message;
      this.untilMillis = untilMillis;
      this.atMillis = atMillis;
    }
  }

  private static final int MAX_COUNT = 8192;
  private static final long MAX_BYTES = 16L << 20;

  final int number;
  private final CommitLedger ledger = new CommitLedger(1024);
  private final PriorityQueue<Entry> heap =
      new PriorityQueue<>(
          Comparator.<Entry>comparingLong(e -> e.atMillis).thenComparingLong(e -> e.sequence));
  private int count;
  private long bytes;
  private long lastHandled = -1;

  /** How many of its messages are on their way. */
  int open;

  boolean sourcePaused;
  boolean dropped;

  /** The position that was committed last, or is about to be. */
  long sent = CommitLedger.NONE;

  /** The position below which the log was trimmed last, as a sequence number. */
  long trimmed;

  Waiting(int number) {
    this.number = number;
  }

  /** Adds a record; one that was received before changes nothing. */
  void add(long offset, Message message, long maxStayMillis) {
    if (!ledger.isNew(offset)) {
      return;
    }
    long sequence = ledger.received(offset);
    if (!DelayedMessages.isDelayed(message)) {
      ledger.handled(sequence, sequence + 1);
      return;
    }
    long until = DelayedMessages.untilMillis(message);
    long putMillis = until - DelayedMessages.delayMillis(message);
    heap.add(new Entry(this, sequence, message, until, Math.min(until, putMillis + maxStayMillis)));
    count++;
    bytes += message.bodyBytes();
  }

  /** Returns whether it holds as much as it may. */
  boolean isFull() {
    return count >= MAX_COUNT || bytes >= MAX_BYTES;
  }

  /** Returns when something is to be done next, or {@link Long#MAX_VALUE}. */
  long nextMillis() {
    Entry first = heap.peek();
    return first == null ? Long.MAX_VALUE : first.atMillis;
  }

  /** Takes the first one that is due, if there is one. */
  @Nullable Entry due(long nowMillis) {
    return nextMillis() <= nowMillis ? heap.poll() : null;
  }

  /** Puts back what could not be moved. */
  void again(Entry e) {
    heap.add(e);
  }

  /** Takes what lies before records that were handled, the first ones first. */
  List<Entry> takeHoles(int max) {
    List<Entry> holes =
        heap.stream()
            .filter(e -> e.sequence < lastHandled)
            .sorted(Comparator.comparingLong(e -> e.sequence))
            .limit(max)
            .toList();
    holes.forEach(heap::remove);
    return holes;
  }

  /** Forgets what is not on its way. */
  void forget() {
    heap.clear();
  }

  void handled(Entry e) {
    ledger.handled(e.sequence, e.sequence + 1);
    lastHandled = Math.max(lastHandled, e.sequence);
    count--;
    bytes -= e.message.bodyBytes();
  }

  long position() {
    return ledger.position();
  }

  /** Returns how many records from the first one on were handled. */
  long handledPrefix() {
    return ledger.head();
  }
}
