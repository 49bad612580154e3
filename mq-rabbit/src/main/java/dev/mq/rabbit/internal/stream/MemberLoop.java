package dev.mq.rabbit.internal.stream;

import static java.util.stream.Collectors.toCollection;

import com.rabbitmq.client.AMQP;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.stream.LeaseChannel.Kind;
import dev.mq.spi.GroupMember.CommitCallback;
import dev.mq.spi.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The working thread of one group member: holds its leases, answers others, asks for its share, and
 * joins again after a lost connection. It never runs code of the program, so a member whose
 * handlers hang still answers.
 */
final class MemberLoop implements Runnable, LeaseChannel.Handler {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** The broker ends a channel that holds a message for half an hour. */
  private static final long REFRESH_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** A message that has been on its way to the queue and back for so long is lost. */
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Told on the working thread; does not block. The time for which a partition is owned is its term
   * and has a number, so that what is meant for one term does nothing to the next.
   */
  interface Listener {
    void owned(int partition, long term, long next);

    void lost(int partition, long term);

    /** Another member has fewer partitions; the answer is {@link #handOver}. */
    void wanted(int partition, long term, String by);

    /** The group cannot be joined any more. */
    void failed(MqException error);
  }

  private final LogGroups groups;
  private final StreamLog log;
  private final String group;
  private final String self;
  private final Listener listener;
  private final TimeSource time;
  private final boolean existed;
  private final int first;

  /** Partitions from the first on whose token queues are there. */
  private int declared;

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final TreeMap<Integer, Lease> leases = new TreeMap<>();

  /** The present terms of partitions that are owned. */
  private final Map<Integer, Long> terms = new HashMap<>();

  private long lastTerm;
  private final List<Question> questions = new ArrayList<>();
  private final Share share;
  private @Nullable LeaseChannel channel;
  private long refreshedAt;

  private long joinedAt;

  /** What the leases expected when that was last looked at, and when it was. */
  private Set<String> expected = Set.of();

  private long expectedAt;
  private boolean closing;
  private volatile boolean over;

  MemberLoop(LogGroups groups, LogGroups.Joined joined, Listener listener, TimeSource time) {
    this.groups = groups;
    this.log = joined.log();
    this.group = joined.group();
    this.self = joined.self();
    this.existed = joined.existed();
    this.first = joined.partitions();
    this.declared = first;
    this.listener = listener;
    this.time = time;
    this.share = new Share(time);
  }

  @Override
  public void run() {
    refreshedAt = time.nanoTime();
    expectedAt = refreshedAt;
    joinedAt = refreshedAt - TICK_NANOS;
    try {
      while (!closing) {
        connect();
        Runnable task = tasks.poll(TICK_NANOS, TimeUnit.NANOSECONDS);
        while (task != null && !closing) {
          task.run();
          task = tasks.poll();
        }
        tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end();
    }
  }

  private void end() {
    over = true;
    LeaseChannel c = channel;
    if (c != null) {
      c.abort();
    }
    MqException why = RabbitErrors.unknown("commit: the member was closed", null);
    leases.values().forEach(l -> l.gone(why));
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    ended.countDown();
  }

  /** Joins, not more often than once a tick: a broker may refuse a member as soon as it joins. */
  private void connect() {
    long now = time.nanoTime();
    if (channel != null || now - joinedAt < TICK_NANOS) {
      return;
    }
    joinedAt = now;
    try {
      Generation generation = new Generation(this);
      LeaseChannel fresh = groups.open(self, tasks, generation);
      generation.own = fresh;
      channel = fresh;
      leases.clear();
      // The first partition last: who finds it taken knows that the others are.
      for (int p = declared - 1; p >= 0; p--) {
        join(fresh, p, initial(p));
      }
      share.soon();
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
  }

  /** A partition added to a group that exists starts at its beginning (L-14). */
  private long initial(int partition) {
    return partition >= first || (existed && partition > 0) ? 0 : Token.NO_COMMIT;
  }

  private void failed(Exception e) {
    LeaseChannel c = channel;
    MqException error = groups.failed(log, e);
    if (c != null) {
      c.abort();
      gone(error);
    }
    if (!error.isRetryable()) {
      listener.failed(error);
    }
  }

  private void join(LeaseChannel c, int p, long initial) throws IOException {
    Lease.Owner owner =
        new Lease.Owner() {
          @Override
          public void owned(long next) {
            share.owned(p);
            Lease lease = leases.get(p);
            if (lease != null) {
              answer(c, lease);
            }
            terms.put(p, ++lastTerm);
            listener.owned(p, lastTerm, next);
          }

          @Override
          public void lost() {
            share.lost(p);
            Long term = terms.remove(p);
            if (term != null) {
              listener.lost(p, term);
            }
          }

          @Override
          public void empty() {}
        };
    leases.put(p, c.join(p, StreamNames.tokens(group, log.stream(p)), owner, true, initial));
  }

  private void tick() {
    LeaseChannel c = channel;
    if (c == null) {
      return;
    }
    try {
      for (; declared < log.partitions(); declared++) {
        groups.declare(log, group, declared);
        join(c, declared, 0);
      }
    } catch (IOException | RuntimeException e) {
      failed(e);
      return;
    }
    long now = time.nanoTime();
    if (now - refreshedAt > REFRESH_NANOS) {
      refreshedAt = now;
      leases.values().forEach(Lease::refresh);
    }
    if (now - expectedAt > OVERDUE_NANOS) {
      expectedAt = now;
      Set<String> before = expected;
      expected = leases.values().stream().map(Lease::expected).collect(toCollection(HashSet::new));
      expected.remove("");
      if (!Collections.disjoint(before, expected)) {
        // Joining again needs nothing of what is lost.
        c.abort();
        return;
      }
    }
    share.ask(leases, c, p -> StreamNames.tokens(group, log.stream(p)));
  }

  @Override
  public void asked(
      int partition, Kind kind, String from, long have, long tag, AMQP.BasicProperties p) {
    LeaseChannel c = channel;
    Lease lease = leases.get(partition);
    if (c == null || lease == null) {
      return;
    }
    if (kind == Kind.WANT) {
      c.ack(tag);
      boolean mine = lease.isOwned() && !from.equals(self);
      boolean yes = mine && share.mayGive(leases, partition, have);
      if (yes) {
        listener.wanted(partition, terms.getOrDefault(partition, 0L), from);
      }
      c.reply(p, yes ? 1 : 0);
    } else if (lease.isOwned()) {
      c.ack(tag);
      c.reply(p, lease.committed());
    } else {
      lease.keep(tag);
      questions.add(new Question(lease, tag, p));
    }
  }

  /** A question that came while the partition was being taken. */
  private record Question(Lease lease, long tag, AMQP.BasicProperties asked) {}

  private void answer(LeaseChannel c, Lease lease) {
    questions.removeIf(
        q -> {
          if (q.lease != lease) {
            return false;
          }
          if (lease.forget(q.tag)) {
            c.ack(q.tag);
            c.reply(q.asked, lease.committed());
          }
          return true;
        });
  }

  @Override
  public void replied(String correlation, long value) {
    share.replied(correlation, value);
    LeaseChannel c = channel;
    if (c != null) {
      share.ask(leases, c, p -> StreamNames.tokens(group, log.stream(p)));
    }
  }

  @Override
  public void gone(MqException why) {
    channel = null;
    share.gone();
    questions.clear();
    Map<Integer, Lease> old = new TreeMap<>(leases);
    leases.clear();
    old.values().forEach(l -> l.gone(why));
  }

  /**
   * Commits; the callback is answered in any case, for each partition.
   *
   * @param owned the terms in which the caller owns partitions
   */
  void commit(Map<Integer, Long> positions, Map<Integer, Long> owned, CommitCallback callback) {
    post(
        () -> positions.forEach((p, next) -> commit(p, owned.getOrDefault(p, 0L), next, callback)));
  }

  private void commit(int partition, long term, long next, CommitCallback callback) {
    Lease lease = leases.get(partition);
    if (lease == null || !isPresent(partition, term)) {
      callback.done(Lease.fenced());
    } else {
      lease.commit(next, callback);
    }
  }

  private boolean isPresent(int partition, long term) {
    return terms.getOrDefault(partition, -1L) == term;
  }

  /** Gives up a partition that was wanted; nothing of it is read any more. */
  void handOver(int partition, long term, String to) {
    post(
        () -> {
          Lease lease = leases.get(partition);
          if (lease != null && isPresent(partition, term)) {
            share.given(partition);
            lease.handOver(to);
          }
        });
  }

  private void post(Runnable task) {
    tasks.add(task);
    if (over) {
      // The thread may have ended before it saw this one; whoever takes it out runs it.
      if (tasks.remove(task)) {
        task.run();
      }
    }
  }

  /** Leaves the group; blocks until the leases are given back, at most for some seconds. */
  void close() {
    tasks.add(() -> closing = true);
    try {
      boolean unused = ended.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the end of an earlier channel not be taken for that of the present one. */
  private static final class Generation implements LeaseChannel.Handler {
    private final MemberLoop loop;
    private @Nullable LeaseChannel own;

    Generation(MemberLoop loop) {
      this.loop = loop;
    }

    @SuppressWarnings("ReferenceEquality") // a channel is itself
    private boolean isCurrent() {
      return own != null && own == loop.channel;
    }

    @Override
    public void asked(
        int partition, Kind kind, String from, long have, long tag, AMQP.BasicProperties p) {
      if (isCurrent()) {
        loop.asked(partition, kind, from, have, tag, p);
      }
    }

    @Override
    public void replied(String correlation, long value) {
      if (isCurrent()) {
        loop.replied(correlation, value);
      }
    }

    @Override
    public void gone(MqException why) {
      if (isCurrent()) {
        loop.gone(why);
      }
    }
  }
}
