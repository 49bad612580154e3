package dev.mq.rabbit.internal.stream;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.stream.LeaseChannel.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is no member looks at a group. It asks the owner of each partition and joins the
 * line as well: where there is no owner it becomes one, for as long as it looks. Runs on the thread
 * that calls.
 */
final class GroupVisit implements LeaseChannel.Handler, AutoCloseable {
  private static final long ANSWER_SECONDS = 10;

  private final LogGroups groups;
  private final StreamLog log;
  private final String group;
  private final boolean makesTokens;
  private final String self = UUID.randomUUID().toString();
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Map<Integer, Lease> leases = new HashMap<>();
  private final Map<Integer, Long> answers = new TreeMap<>();
  private @Nullable LeaseChannel channel;
  private @Nullable MqException gone;
  private boolean hasMember;
  private boolean writing;

  GroupVisit(LogGroups groups, StreamLog log, String group, boolean makesTokens) {
    this.groups = groups;
    this.log = log;
    this.group = group;
    this.makesTokens = makesTokens;
  }

  Positions committed() {
    look();
    answers.values().removeIf(next -> next < 0);
    return Positions.of(answers);
  }

  void reset(Positions positions) {
    look();
    if (hasMember) {
      throw new MqException(
          ErrorCode.OWNED_BY_OTHER, what() + ": the group has a member; nothing was changed");
    }
    Map<Integer, Boolean> done = new HashMap<>();
    writing = true;
    positions
        .offsets()
        .forEach(
            (p, next) -> {
              Lease lease = leases.get(p);
              if (lease == null) {
                done.put(p, false);
              } else {
                lease.commit(next, e -> done.put(p, e == null));
              }
            });
    await(() -> done.size() == positions.offsets().size());
    if (done.containsValue(false)) {
      throw RabbitErrors.unknown(what() + ": a member came meanwhile", null);
    }
  }

  private void look() {
    try {
      LeaseChannel own = groups.open(self, tasks, this);
      channel = own;
      Channel c = own.channel();
      Set<String> missing = ConcurrentHashMap.newKeySet();
      c.addReturnListener(r -> missing.add(r.getRoutingKey()));
      c.confirmSelect();
      for (int p = 0; p < log.partitions(); p++) {
        own.ask(StreamNames.tokens(group, log.stream(p)), Kind.ASK, 0, Integer.toString(p));
      }
      c.waitForConfirms(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
      int there = 0;
      for (int p = 0; p < log.partitions(); p++) {
        String queue = StreamNames.tokens(group, log.stream(p));
        if (!missing.contains(queue)) {
          there++;
          leases.put(p, own.join(p, queue, new Found(p), makesTokens, Token.NO_COMMIT));
        }
      }
      int wanted = there;
      await(() -> answers.size() == wanted || (hasMember && makesTokens));
    } catch (IOException | TimeoutException e) {
      throw groups.failed(log, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(ErrorCode.INTERRUPTED, true, true, what(), e);
    }
  }

  private String what() {
    return "group " + group + " of log:" + log.name();
  }

  private void await(BooleanSupplier condition) {
    long end = groups.time().nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
    try {
      while (!condition.getAsBoolean()) {
        MqException why = gone;
        if (why != null) {
          throw failed(String.valueOf(why.getMessage()), why);
        }
        long left = end - groups.time().nanoTime();
        Runnable task = tasks.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
        if (task == null) {
          throw failed(what() + ": no answer", null);
        }
        task.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(ErrorCode.INTERRUPTED, !writing, true, what(), e);
    }
  }

  /** Once a position was written it may count, whatever comes then. */
  private MqException failed(String text, @Nullable Throwable cause) {
    return writing ? RabbitErrors.unknown(text, cause) : RabbitErrors.down(text, cause);
  }

  /** Looks at one partition as its owner. */
  private final class Found implements Lease.Owner {
    private final int partition;

    Found(int partition) {
      this.partition = partition;
    }

    @Override
    public void owned(long next) {
      answers.put(partition, next);
    }

    @Override
    public void lost() {}

    @Override
    public void empty() {
      answers.put(partition, Token.NO_COMMIT);
    }
  }

  @Override
  public void asked(
      int partition, Kind kind, String from, long have, long tag, AMQP.BasicProperties p) {
    Lease lease = leases.get(partition);
    LeaseChannel c = channel;
    if (lease == null || c == null) {
      return;
    }
    if (kind == Kind.ASK && !from.equals(self)) {
      lease.keep(tag); // Another visitor's; it is served next.
    } else {
      c.ack(tag);
      if (kind == Kind.WANT) {
        c.reply(p, 0);
      }
    }
  }

  @Override
  public void replied(String correlation, long value) {
    hasMember = true;
    answers.put(Integer.parseInt(correlation), value);
  }

  @Override
  public void gone(MqException why) {
    gone = why;
  }

  @Override
  public void close() {
    LeaseChannel c = channel;
    if (c != null) {
      c.abort();
    }
  }
}
