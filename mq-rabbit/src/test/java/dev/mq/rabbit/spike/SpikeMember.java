package dev.mq.rabbit.spike;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.RecordBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A member by lease tokens. Per partition one token message goes round in a queue with a single
 * active consumer: whoever has it unacknowledged holds the partition. What a member writes (its
 * claim, its commits) counts only once it came back to its own consumer; of several tokens the one
 * with the highest (epoch, offset) is kept and the others are acknowledged, so that a foreign token
 * changes nothing unless its epoch is higher.
 */
final class SpikeMember extends SpikeSource implements GroupMember {
  private static final Map<String, Object> TOKEN_QUEUE =
      Map.of("x-queue-type", "quorum", "x-single-active-consumer", true);

  private final String group;
  private final Position start;
  private final String self = UUID.randomUUID().toString();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, Lease> leases = new TreeMap<>();
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final GroupListener listener;
  private Channel channel;
  private long written;

  SpikeMember(
      SpikeSession session,
      SpikeLogs.StreamLog log,
      String group,
      Position start,
      GroupListener listener) {
    super(session, log);
    this.group = group;
    this.start = start;
    this.listener = listener;
    this.channel = connect();
  }

  static String tokens(String group, String stream) {
    return "mq.tok." + group + "." + stream;
  }

  /** The stream in which holders show what they committed, as the token is seen by nobody else. */
  static String shown(String group, String stream) {
    return "mq.pos." + group + "." + stream;
  }

  /** The lease of one partition on one channel. Guarded by the lock. */
  private final class Lease extends DefaultConsumer {
    final int partition;
    final Map<String, CommitCallback> open = new HashMap<>();
    long best = -1;
    long epoch;
    long next = -1;
    long writtenEpoch;
    long writtenNext;
    boolean owned;
    String claim = "";

    Lease(Channel channel, int partition) {
      super(channel);
      this.partition = partition;
    }

    @Override
    public void handleDelivery(String tag, Envelope e, AMQP.BasicProperties p, byte[] body)
        throws IOException {
      Map<String, Object> h = p.getHeaders();
      lock.lock();
      try {
        came(e.getDeliveryTag(), (Long) h.get("epoch"), (Long) h.get("next"), h.get("by") + "");
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      wakeup();
    }

    private void came(long tag, long e, long n, String by) throws IOException {
      boolean better = best < 0 || e > epoch || e == epoch && n >= next;
      long loser = better ? best : tag;
      if (loser >= 0) {
        getChannel().basicAck(loser, false);
      }
      if (better) {
        best = tag;
        epoch = e;
        next = n;
      }
      CommitCallback mine = open.remove(by);
      if (mine != null) {
        publish(shown(group, log.stream(partition)), Map.of("epoch", e, "next", n));
        mine.done(better ? null : fenced());
      } else if (better && by.equals(claim)) {
        owned = true;
        events.add(() -> assigned(this, n));
      } else if (better) {
        disown();
        claim = write(e + 1, n);
      }
    }

    String write(long e, long n) throws IOException {
      String by = self + "#" + ++written;
      writtenEpoch = e;
      writtenNext = n;
      publish(
          tokens(group, log.stream(partition)), Map.of("epoch", e, "next", n, "by", by));
      return by;
    }

    private void publish(String queue, Map<String, Object> h) throws IOException {
      AMQP.BasicProperties.Builder p = new AMQP.BasicProperties.Builder().deliveryMode(2);
      getChannel().basicPublish("", queue, p.headers(h).build(), new byte[0]);
    }

    /** A position that goes back needs an epoch of its own, as of equal ones the highest counts. */
    void commit(long to, CommitCallback callback) {
      try {
        open.put(write(to < writtenNext ? writtenEpoch + 1 : writtenEpoch, to), callback);
      } catch (IOException | AlreadyClosedException e) {
        callback.done(e);
      }
    }

    private void disown() {
      if (owned) {
        owned = false;
        events.add(() -> lost(partition));
      }
    }

    void end() {
      lock.lock();
      try {
        disown();
        open.values().forEach(c -> c.done(new IOException("the channel ended before the answer")));
        open.clear();
      } finally {
        lock.unlock();
      }
      wakeup();
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException e) {
      end();
    }
  }

  private static MqException fenced() {
    return new MqException(ErrorCode.FENCED, "the lease is another member's");
  }

  private Channel connect() {
    try {
      Channel c = session.consuming().createChannel();
      c.basicQos(3);
      for (int p = 0; p < log.partitions(); p++) {
        Lease lease = new Lease(c, p);
        String tokens = tokens(group, log.stream(p));
        Map<String, Object> aStream = Map.of("x-queue-type", "stream");
        c.queueDeclare(shown(group, log.stream(p)), true, false, false, aStream);
        AMQP.Queue.DeclareOk ok = c.queueDeclare(tokens, true, false, false, TOKEN_QUEUE);
        lock.lock();
        try {
          leases.put(p, lease);
          if (ok.getMessageCount() == 0 && ok.getConsumerCount() == 0) {
            lease.write(0, -1); // A second one, by a race of two first members, loses and is acked.
          }
        } finally {
          lock.unlock();
        }
        c.basicConsume(tokens, false, lease);
      }
      return c;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assigned(Lease lease, long next) {
    lock.lock();
    try {
      if (!lease.owned) {
        return;
      }
    } finally {
      lock.unlock();
    }
    forget(lease.partition);
    listener.assigned(new int[] {lease.partition});
    if (!reads(lease.partition)) {
      seek(lease.partition, next >= 0 ? next : first(lease.partition));
    }
  }

  private long first(int partition) {
    return start instanceof Position.Offsets o
        ? o.positions().offset(partition).orElse(0)
        : start instanceof Position.At at
            ? new SpikeLogs(session).at(log, at.time()).offset(partition).orElse(0)
            : 0;
  }

  private void lost(int partition) {
    forget(partition);
    listener.lost(new int[] {partition});
  }

  private void runEvents() {
    for (Runnable e = events.poll(); e != null; e = events.poll()) {
      e.run();
    }
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    if (!channel.isOpen()) {
      leases.values().forEach(Lease::end);
      runEvents();
      channel = connect();
    }
    runEvents();
    return super.poll(batch, maxWaitNanos);
  }

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    AtomicInteger left = new AtomicInteger(positions.offsets().size());
    AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
    lock.lock();
    try {
      if (positions.offsets().keySet().stream().anyMatch(p -> !leases.get(p).owned)) {
        callback.done(fenced());
        return;
      }
      CommitCallback one =
          e -> {
            error.compareAndSet(null, e);
            if (left.decrementAndGet() == 0) {
              callback.done(error.get());
            }
          };
      positions.offsets().forEach((p, next) -> leases.get(p).commit(next, one));
    } finally {
      lock.unlock();
    }
  }

  boolean awaitOwned(int partition, long nanos) throws InterruptedException {
    lock.lock();
    try {
      for (long left = nanos; !leases.get(partition).owned; ) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    runEvents();
    int[] owned = leases.values().stream().filter(l -> l.owned).mapToInt(l -> l.partition).toArray();
    if (owned.length > 0) {
      listener.revoked(owned);
    }
    runEvents();
    try {
      channel.abort();
    } catch (IOException e) {
      session.context.connectionLost("consuming", null);
    }
    leases.values().forEach(Lease::end);
    super.close();
  }
}
