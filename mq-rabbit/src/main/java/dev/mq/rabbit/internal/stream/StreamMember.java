package dev.mq.rabbit.internal.stream;

import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A member of a group: reads what its leases own. The leases work on a thread of their own and tell
 * in {@code events} what the next poll has to do.
 */
final class StreamMember extends StreamSource implements GroupMember {
  private enum What {
    OWNED,
    LOST,
    WANTED
  }

  private record Event(What what, int partition, long term, long next, String by) {}

  private final Position start;
  private final GroupListener listener;
  private final MemberLoop loop;
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();

  /** The partitions that this member reads, each with its term. */
  private final TreeMap<Integer, Long> owned = new TreeMap<>();

  private volatile @Nullable MqException failure;

  StreamMember(
      StreamLogs logs,
      StreamLog log,
      LogGroups groups,
      LogGroups.Joined joined,
      Position start,
      GroupListener listener) {
    super(logs, log);
    this.start = start;
    this.listener = listener;
    this.loop =
        new MemberLoop(
            groups,
            joined,
            new MemberLoop.Listener() {
              @Override
              public void owned(int partition, long term, long next) {
                tell(new Event(What.OWNED, partition, term, next, ""));
              }

              @Override
              public void lost(int partition, long term) {
                tell(new Event(What.LOST, partition, term, 0, ""));
              }

              @Override
              public void wanted(int partition, long term, String by) {
                tell(new Event(What.WANTED, partition, term, 0, by));
              }

              @Override
              public void failed(MqException error) {
                failure = error;
                waker.signal();
              }
            },
            logs.time());
    groups.thread(loop).start();
  }

  private void tell(Event e) {
    events.add(e);
    waker.signal();
  }

  @Override
  void beforeRead() {
    super.beforeRead();
    runEvents();
    MqException error = failure;
    if (error != null) {
      throw error;
    }
  }

  private void runEvents() {
    for (Event e = events.peek(); e != null; e = events.peek()) {
      if (e.what == What.OWNED) {
        takeOver();
        continue;
      }
      events.remove();
      if (!isPresent(e)) {
        continue; // It was lost before this was told.
      }
      if (e.what == What.LOST) {
        lose(e.partition);
      } else {
        giveUp(e);
      }
    }
  }

  private boolean isPresent(Event e) {
    return owned.getOrDefault(e.partition, -1L) == e.term;
  }

  /**
   * Takes partitions that came one after the other in one go. Where they start may not be known
   * now: then the next poll tries again.
   */
  private void takeOver() {
    List<Event> taken = new ArrayList<>();
    for (Event e : events) {
      if (e.what != What.OWNED) {
        break;
      }
      taken.add(e);
    }
    int[] partitions = taken.stream().mapToInt(Event::partition).sorted().toArray();
    Positions starts = starts(taken);
    for (Event e : taken) {
      events.remove();
      owned.put(e.partition, e.term);
      long next = e.next >= 0 ? e.next : starts.offset(e.partition).orElse(0);
      startReading(e.partition, next);
    }
    listener.assigned(partitions);
  }

  /** Returns where partitions without a commit start. */
  private Positions starts(List<Event> taken) {
    if (taken.stream().allMatch(e -> e.next >= 0)) {
      return Positions.none();
    }
    Positions begin = logs.begin(log);
    if (start instanceof Position.Offsets o) {
      Positions all = begin;
      for (Map.Entry<Integer, Long> e : o.positions().offsets().entrySet()) {
        all = all.with(e.getKey(), e.getValue());
      }
      return all;
    }
    return start instanceof Position.At at
        ? logs.at(log, at.time())
        : start instanceof Position.End ? logs.end(log) : begin;
  }

  private void lose(int partition) {
    owned.remove(partition);
    stopReading(partition);
    listener.lost(new int[] {partition});
  }

  private void giveUp(Event e) {
    try {
      listener.revoked(new int[] {e.partition});
    } finally {
      owned.remove(e.partition);
      stopReading(e.partition);
      loop.handOver(e.partition, e.term, e.by);
    }
  }

  @Override
  public void seek(int partition, long offset) {
    if (!owned.containsKey(partition)) {
      throw Lease.fenced();
    }
    super.seek(partition, offset);
  }

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    AtomicInteger left = new AtomicInteger(positions.offsets().size());
    if (left.get() == 0) {
      callback.done(null);
      return;
    }
    AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
    loop.commit(
        positions.offsets(),
        Map.copyOf(owned),
        e -> {
          error.compareAndSet(null, e);
          if (left.decrementAndGet() == 0) {
            callback.done(error.get());
          }
        });
  }

  @Override
  public void close() {
    try {
      loseWhatWasLost();
      if (!owned.isEmpty()) {
        listener.revoked(owned.keySet().stream().mapToInt(Integer::intValue).toArray());
        owned.clear();
      }
    } finally {
      loop.close();
      super.close();
    }
  }

  /** What came besides is not taken over or handed over any more: leaving does that. */
  private void loseWhatWasLost() {
    for (Event e = events.poll(); e != null; e = events.poll()) {
      if (e.what == What.LOST && isPresent(e)) {
        lose(e.partition);
      }
    }
  }
}
