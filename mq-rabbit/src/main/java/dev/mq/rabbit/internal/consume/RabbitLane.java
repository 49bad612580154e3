package dev.mq.rabbit.internal.consume;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.SettleResult;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.Link;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one lane of a subscription: one channel at a time. The lane's thread opens the next one when
 * the last was lost; nothing else waits for the broker.
 *
 * <p>Invariants: arrivals are of the present life only; the end of a life is told, and its arrivals
 * are dropped, under the lock and before the first delivery of the next; the channel is never
 * called under the lock.
 */
public final class RabbitLane implements QueueSubscription, Lane, Link.Listener {
  /** The most the protocol can ask for. */
  private static final int MAX_PREFETCH = 65_535;

  /** Deliveries that are given back without having been handed out. */
  private static final SettleBatch UNSEEN = new Unseen();

  private static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(5);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  /** Makes a queue again that ended with the connection. */
  @FunctionalInterface
  public interface Restore {
    /** Makes it, if it is one of those; blocks for round trips. */
    void on(Channel channel) throws IOException;
  }

  private final Connections connections;
  private final String queue;
  private final SubscribeOptions options;
  private final SubscriptionListener listener;
  private final Restore restore;
  private final int prefetch;
  private final long rpcNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Delivery> arrivals = new ArrayDeque<>();
  private @Nullable Life life;
  private boolean woken;
  private boolean ended;

  private volatile boolean reconnected;

  /** By the lane's thread only. */
  private long lives;

  private long wait = FIRST_WAIT;
  private long notBefore;

  /** Empty but while the lane settles. */
  private final SettleQueue held = new SettleQueue();

  private final SettleQueue lost = new SettleQueue();

  private RabbitLane(
      Connections connections,
      String queue,
      SubscribeOptions options,
      SubscriptionListener listener,
      Restore restore) {
    this.connections = connections;
    this.queue = queue;
    this.options = options;
    this.listener = listener;
    this.restore = restore;
    this.prefetch = Math.min(options.prefetch(), MAX_PREFETCH);
    this.rpcNanos = connections.context().config().get(RabbitKeys.RPC_TIMEOUT).toNanos();
  }

  /** Subscribes; throws what the broker says about the queue. */
  public static QueueSubscription subscribe(
      Connections connections,
      String queue,
      SubscribeOptions options,
      SubscriptionListener listener,
      Restore restore) {
    RabbitLane lane = new RabbitLane(connections, queue, options, listener, restore);
    try {
      lane.notBefore = connections.context().time().nanoTime();
      Life unused = lane.begin();
    } catch (IOException | ShutdownSignalException e) {
      Life broken = lane.present();
      if (broken != null) {
        connections.abort(broken.getChannel());
      }
      throw RabbitErrors.wrap("consume queue:" + queue, e);
    }
    connections.consuming().listen(lane);
    return lane;
  }

  private Life begin() throws IOException {
    Channel channel = connections.consuming().openChannel();
    Life fresh = new Life(this, ++lives, channel, queue, rpcNanos);
    lock.lock();
    try {
      life = fresh;
    } finally {
      lock.unlock();
    }
    channel.addShutdownListener(cause -> endOf(fresh));
    if (lives > 1) {
      restore.on(channel);
    }
    fresh.consume(queue, options.consumer(), prefetch);
    return fresh;
  }

  /** Returns the present life, or null when there is none and none can be had now. */
  private @Nullable Life living() {
    Life known = present();
    try {
      if (known != null) {
        if (!known.isConsuming()) {
          known.consume(queue, options.consumer(), prefetch);
        }
        return known;
      }
      long now = connections.context().time().nanoTime();
      if (reconnected) {
        reconnected = false;
        notBefore = now;
        wait = FIRST_WAIT;
      }
      if (ended || now - notBefore < 0 || !connections.consuming().isUsable()) {
        return null;
      }
      notBefore = now;
      Life fresh = begin();
      wait = FIRST_WAIT;
      return fresh;
    } catch (IOException | RuntimeException e) {
      lost(e);
      return null;
    }
  }

  private void lost(Exception e) {
    Life broken = present();
    if (broken != null) {
      endOf(broken);
      connections.abort(broken.getChannel());
    }
    ErrorClass c = RabbitErrors.classify(e);
    boolean gone = c.code() == ErrorCode.NOT_FOUND || c.code() == ErrorCode.AUTHORIZATION;
    if (gone) {
      cancel(c.code(), RabbitErrors.text(e), e);
    }
    notBefore = connections.context().time().nanoTime() + wait;
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  private void cancel(ErrorCode code, String why, @Nullable Throwable cause) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
    } finally {
      lock.unlock();
    }
    String text = "consume queue:" + queue + ": " + why;
    listener.cancelled(
        code == ErrorCode.NOT_FOUND
            ? new NotFoundException(text, cause)
            : new MqException(code, text, cause));
  }

  private @Nullable Life present() {
    lock.lock();
    try {
      return life;
    } finally {
      lock.unlock();
    }
  }

  /** A channel ended, or was given up. From any thread. */
  @SuppressWarnings("ReferenceEquality") // a life is itself
  private void endOf(Life gone) {
    lock.lock();
    try {
      if (life == gone) {
        life = null;
        arrivals.clear();
        listener.allLeasesLost(this);
      }
      woken = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    gone.settler().end();
  }

  @SuppressWarnings("ReferenceEquality") // a life is itself
  void arrived(Life of, Delivery delivery) {
    lock.lock();
    try {
      if (life == of) {
        arrivals.add(delivery);
        arrived.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Before version 4.3 a broker cancels for one reason. */
  void cancelledByBroker(Life of) {
    boolean deleted = !connections.server().atLeast(4, 3);
    endOf(of);
    connections.abort(of.getChannel());
    if (deleted) {
      cancel(ErrorCode.NOT_FOUND, "the queue was deleted", null);
    }
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    Life current = living();
    int from = batch.size();
    long last = 0;
    lock.lockInterruptibly();
    try {
      await(current, maxWaitNanos);
      if (life != current || current == null) {
        return batch.size();
      }
      while (batch.room() > 0) {
        Delivery d = arrivals.poll();
        if (d == null) {
          break;
        }
        last = d.getEnvelope().getDeliveryTag();
        Arrivals.add(batch, current.number(), queue, d);
      }
    } finally {
      lock.unlock();
    }
    if (options.settleOnReceive() && last > 0) {
      acknowledge(current, last);
    }
    return batch.size() - from;
  }

  private void await(@Nullable Life current, long maxWaitNanos) throws InterruptedException {
    long left = maxWaitNanos;
    if (current == null && notBefore - connections.context().time().nanoTime() > 0) {
      left = Math.min(left, notBefore - connections.context().time().nanoTime());
    }
    while (!woken && left > 0 && arrivals.isEmpty()) {
      left = arrived.awaitNanos(left);
    }
    woken = false;
  }

  private static void acknowledge(Life current, long upTo) {
    try {
      current.getChannel().basicAck(upTo, true);
    } catch (IOException | ShutdownSignalException e) {
      // The channel has ended: what was not acknowledged comes again, which this mode allows.
      current.settler().end();
    }
  }

  @Override
  public void settle(SettleBatch batch) {
    Life current = present();
    // Once its last entry is answered the batch may be in use again: nothing is read after that.
    int size = batch.size();
    for (int i = 0; i < size; i++) {
      long token = batch.token(i);
      boolean ours = current != null && Tokens.life(token) == current.number();
      (ours ? held : lost).add(batch, i, Tokens.tag(token), batch.outcome(i));
    }
    if (current != null && held.size() > 0) {
      current.settler().settle(held);
    }
    lost.answer(SettleResult.LEASE_LOST);
  }

  @Override
  public int quota() {
    return prefetch;
  }

  @Override
  public void pause() {
    Life current = present();
    if (current == null || !current.isConsuming()) {
      return;
    }
    try {
      current.stopConsuming();
    } catch (IOException | RuntimeException e) {
      lost(e);
      return;
    }
    for (Delivery d = next(); d != null; d = next()) {
      held.add(UNSEEN, 0, d.getEnvelope().getDeliveryTag(), SettleOutcome.RELEASE);
    }
    if (held.size() > 0) {
      current.settler().settle(held);
    }
  }

  private @Nullable Delivery next() {
    lock.lock();
    try {
      return arrivals.poll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void wakeup() {
    lock.lock();
    try {
      woken = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lost() {
    // Every channel tells its own end.
  }

  @Override
  public void recovered() {
    reconnected = true;
    wakeup();
  }

  @Override
  public List<Lane> lanes() {
    return List.of(this);
  }

  /** Settlements on their way are finished first, as long as the broker answers soon. */
  @Override
  public void close() {
    connections.consuming().forget(this);
    Life last;
    lock.lock();
    try {
      last = life;
      life = null;
      ended = true;
      arrivals.clear();
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.settler().close(CLOSING.toNanos());
      connections.atOnce(CLOSING, () -> end(last.getChannel()));
    }
  }

  private static void end(Channel channel) {
    try {
      channel.abort();
    } catch (IOException | ShutdownSignalException e) {
      // It has ended, which is what was wanted.
    }
  }
}
