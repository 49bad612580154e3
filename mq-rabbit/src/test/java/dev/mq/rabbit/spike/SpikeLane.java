package dev.mq.rabbit.spike;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.NotFoundException;
import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one lane of a subscription. A token is the number of the channel (its life) and the delivery
 * tag, so that a settlement never reaches a later channel. The lock orders the loss of one life
 * before the first delivery of the next; it is never held while a channel is called.
 */
final class SpikeLane implements QueueSubscription, Lane {
  private static final int TAG_BITS = 40;
  private static final int GROUP = 30;

  private record Arrival(long life, Delivery delivery) {}

  /** Wakes a waiting receive; of no life. */
  private static final Arrival WAKE = new Arrival(-1, new Delivery(null, null, null));

  private record Settled(SettleBatch batch, int index, long tag, SettleOutcome outcome) {}

  private final SpikeSession session;
  private final String queue;
  private final SubscribeOptions options;
  private final SubscriptionListener listener;
  private final Method barrier;
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Life life;
  private long lives;

  SpikeLane(SpikeSession s, String queue, SubscribeOptions o, SubscriptionListener listener) {
    this.session = s;
    this.queue = queue;
    this.options = o;
    this.listener = listener;
    this.barrier =
        s.context.config().get(SpikeProvider.BARRIER).equals("declare")
            ? new AMQP.Queue.Declare.Builder().queue(queue).passive().build()
            : new AMQP.Basic.Qos.Builder().prefetchCount(o.prefetch()).build();
  }

  @Override
  public int quota() {
    return options.prefetch();
  }

  SpikeLane start() {
    living();
    return this;
  }

  /** One channel and what happened on it. */
  private final class Life extends DefaultConsumer {
    final long number = ++lives;
    private final Channel channel = getChannel();
    private List<Settled> waiting = new ArrayList<>();
    private boolean groupIsOut;

    Life(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(String tag, Envelope e, AMQP.BasicProperties p, byte[] body) {
      arrivals.add(new Arrival(number, new Delivery(e, p, body)));
    }

    @Override
    public void handleCancel(String tag) {
      listener.cancelled(new NotFoundException("queue '" + queue + "' was deleted"));
    }

    /**
     * Sends settlements in groups with a barrier behind each. A quorum queue holds back what
     * exceeds 32 commands of one channel, and loses that when the channel ends; so one group stays
     * below and the next waits for the barrier.
     */
    void settle(List<Settled> some) {
      lock.lock();
      try {
        waiting.addAll(some);
        if (groupIsOut) {
          return;
        }
        groupIsOut = true;
      } finally {
        lock.unlock();
      }
      sendGroup();
    }

    private void sendGroup() {
      List<Settled> group;
      lock.lock();
      try {
        group = new ArrayList<>(waiting.subList(0, Math.min(GROUP, waiting.size())));
        waiting.subList(0, group.size()).clear();
        groupIsOut = !group.isEmpty();
      } finally {
        lock.unlock();
      }
      if (group.isEmpty()) {
        return;
      }
      try {
        for (Settled s : group) {
          send(this, s.tag(), s.outcome());
        }
        var unused =
            channel.asyncCompletableRpc(barrier).whenComplete((ok, e) -> passed(group, e == null));
      } catch (IOException | ShutdownSignalException e) {
        passed(group, false);
      }
    }

    private void passed(List<Settled> group, boolean ok) {
      group.forEach(
          s -> s.batch().settled(s.index(), ok ? SettleResult.SETTLED : SettleResult.UNKNOWN));
      sendGroup();
    }
  }

  /** Returns the present life; begins one when there is none. By the lane's thread. */
  private Life living() {
    Life known = life;
    if (known != null && known.channel.isOpen()) {
      return known;
    }
    if (known != null) {
      ended(known);
    }
    try {
      Life fresh = new Life(session.consuming().createChannel());
      fresh.channel.addShutdownListener(e -> ended(fresh));
      fresh.channel.basicQos(options.prefetch());
      life = fresh;
      fresh.channel.basicConsume(queue, false, Map.of(), fresh);
      return fresh;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ended(Life ended) {
    lock.lock();
    try {
      if (life == ended) {
        life = null;
        listener.allLeasesLost(this);
      }
    } finally {
      lock.unlock();
    }
    wakeup();
  }

  @SuppressWarnings("ReferenceEquality") // WAKE is one object, not a value
  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    Life current = living();
    Arrival a = arrivals.poll(maxWaitNanos, TimeUnit.NANOSECONDS);
    try {
      while (a != null && a != WAKE) {
        if (a.life() == current.number) {
          add(batch, current, a.delivery());
        }
        a = batch.room() > 0 ? arrivals.poll() : null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return batch.size();
  }

  private void add(DeliveryBatch batch, Life current, Delivery d) throws IOException {
    Map<String, Object> headers = d.getProperties().getHeaders();
    Object returns = headers == null ? null : headers.get("x-delivery-count");
    long tag = d.getEnvelope().getDeliveryTag();
    int redelivered = d.getEnvelope().isRedeliver() ? 2 : 1;
    int attempt = returns instanceof Number n ? n.intValue() + 1 : redelivered;
    if (options.settleOnReceive()) {
      current.channel.basicAck(tag, false);
    }
    long token = current.number << TAG_BITS | tag;
    batch.add(
        token,
        SpikeWire.message(d.getEnvelope(), d.getProperties(), d.getBody()),
        Math.max(attempt, redelivered),
        0,
        0);
  }

  @Override
  public void settle(SettleBatch batch) {
    Life current = life;
    // Once its last entry is answered the batch may be in use again: nothing is read after that.
    List<Settled> held = new ArrayList<>();
    List<Integer> lost = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      long token = batch.token(i);
      if (current != null && token >>> TAG_BITS == current.number) {
        held.add(new Settled(batch, i, token & (1L << TAG_BITS) - 1, batch.outcome(i)));
      } else {
        lost.add(i);
      }
    }
    lost.forEach(i -> batch.settled(i, SettleResult.LEASE_LOST));
    if (current != null) {
      current.settle(held);
    }
  }

  private static void send(Life current, long tag, SettleOutcome outcome) throws IOException {
    if (outcome == SettleOutcome.ACK) {
      current.channel.basicAck(tag, false);
    } else {
      current.channel.basicNack(tag, false, true);
    }
  }

  @Override
  public void wakeup() {
    arrivals.add(WAKE);
  }

  @Override
  public List<Lane> lanes() {
    return List.of(this);
  }

  @Override
  public void close() {
    Life last = life;
    life = null;
    if (last != null) {
      try {
        last.channel.abort();
      } catch (IOException e) {
        session.context.connectionLost("consuming", null);
      }
    }
  }
}
