package dev.mq.core.dispatch;

import dev.mq.api.AckMode;
import dev.mq.api.BrokerConfig;
import dev.mq.api.Capabilities;
import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.core.config.ConfigurationLoader;
import dev.mq.core.config.Environment;
import dev.mq.core.runtime.EventBus;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.List;

/** One delivery on a lane that counts what it is told. The consumer around it never runs. */
final class StressLane implements Lane {
  private static final QueueConsumer CONSUMER = consumer();

  private final LanePump pump =
      new LanePump(CONSUMER, this, new Intake("q", null, DeliveryImpl.OPEN, 0), true);
  final DeliveryImpl delivery;
  private int settled;

  StressLane() {
    delivery =
        new DeliveryImpl(
            pump, 7, Message.of(new byte[1]), 1, 0, Long.MAX_VALUE, DeliveryImpl.OPEN, null);
    pump.held().add(new DeliveryImpl[] {delivery}, 1);
  }

  static int accepted(Settlement s) {
    return s == Settlement.ACCEPTED ? 1 : 0;
  }

  /** Tells that the lease was lost. */
  void loseLease() {
    pump.held().lost(null);
  }

  /**
   * Hands over what was settled; returns how often the lane was told to settle the delivery, or -1
   * when it is still held.
   */
  int settledAtLane() {
    try {
      pump.shutDown(System.nanoTime() + 1_000_000_000L);
    } catch (InterruptedException e) {
      return -2;
    }
    return pump.held().isEmpty() && pump.held().unsettled() == 0 && delivery.isAnswered()
        ? settled
        : -1;
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) {
    return 0;
  }

  @Override
  public void settle(SettleBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      settled += batch.token(i) == 7 ? 1 : 100;
    }
    batch.settledAll(SettleResult.SETTLED);
  }

  @Override
  public int quota() {
    return 1;
  }

  @Override
  public void wakeup() {}

  private static QueueConsumer consumer() {
    Threads threads = new Threads("stress", null);
    SystemTime time = new SystemTime(threads.factory("timer"));
    Kernel kernel =
        new Kernel(
            "stress",
            new NoSession(),
            time,
            ConfigurationLoader.load(
                BrokerConfig.builder().isolated().build(), List.of(), Environment.system()),
            threads,
            new EventBus(threads.completions(), null));
    Settings settings =
        new Settings(
            "q",
            "stress",
            1,
            1,
            null,
            AckMode.MANUAL,
            Duration.ofMinutes(5),
            Retry.backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
            100,
            Duration.ofSeconds(1),
            Runnable::run,
            true);
    return new QueueConsumer(kernel, settings, new NoQueues(), new QueueRef(new NoQueue(), null));
  }

  private record NoQueue() implements BackendQueue {
    @Override
    public String name() {
      return "q";
    }
  }

  private static IllegalStateException unused() {
    return new IllegalStateException("no test gets here");
  }

  private static final class NoQueues implements QueueDriver {
    @Override
    public QueueTraits traits() {
      return new QueueTraits(true);
    }

    @Override
    public BackendQueue create(QueueSpec spec, String incarnation) {
      throw unused();
    }

    @Override
    public BackendQueue open(String name, String incarnation) {
      throw unused();
    }

    @Override
    public void delete(String name, String incarnation) {
      throw unused();
    }

    @Override
    public long depth(BackendQueue queue) {
      throw unused();
    }

    @Override
    public long purge(BackendQueue queue) {
      throw unused();
    }

    @Override
    public QueueSubscription subscribe(
        BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
      throw unused();
    }
  }

  private static final class NoSession implements BackendSession {
    @Override
    public Capabilities capabilities() {
      return Capabilities.builder("stress").build();
    }

    @Override
    public PublishChannel openPublisher() {
      throw unused();
    }

    @Override
    public String healthProblem() {
      return "";
    }

    @Override
    public ErrorClass classify(Throwable error) {
      return ErrorClass.unknown();
    }

    @Override
    public void close(Duration timeout) {}
  }
}
