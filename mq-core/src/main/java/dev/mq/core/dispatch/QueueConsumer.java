package dev.mq.core.dispatch;

import dev.mq.api.BatchHandler;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Consumer;
import dev.mq.api.DeliveryHandler;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.core.runtime.SystemTime;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A running subscription of a queue: lanes that feed one sink, a policy for failures, and the way
 * it ends. Thread-safe.
 *
 * <p>Invariant: {@code lanes} and {@code sink} are set before the first pump runs and never change.
 */
final class QueueConsumer implements Consumer, Child, SubscriptionListener {
  private final Kernel kernel;
  private final Settings settings;
  private final QueueDriver driver;
  private final QueueRef queue;
  private final FailurePolicy policy;
  private final HoldWatch watch;
  private final SystemTime real;
  private final ConsumerEnd end;

  /** Held while a pause begins, so that no handler starts before what waits was given back. */
  private final ReentrantLock pausing = new ReentrantLock();

  private volatile List<LanePump> lanes = List.of();
  private volatile Sink sink = NoSink.INSTANCE;
  private volatile boolean paused;
  private volatile boolean stopping;

  QueueConsumer(Kernel kernel, Settings settings, QueueDriver driver, QueueRef queue) {
    this.kernel = kernel;
    this.settings = settings;
    this.driver = driver;
    this.queue = queue;
    this.policy = new FailurePolicy(kernel, settings, driver.traits().nativeRetry());
    this.watch = new HoldWatch(kernel, settings, policy);
    this.real = new SystemTime(kernel.threads("consumer-" + settings.name() + "-settle"));
    this.end = new ConsumerEnd(kernel, settings, this);
  }

  /** Subscribes and starts to hand deliveries to a handler. */
  void start(@Nullable DeliveryHandler handler, @Nullable BatchHandler batchHandler, int maxBatch) {
    Runner runner = new Runner(kernel, settings, policy, watch, handler, batchHandler);
    subscribe(
        lane ->
            isInline(lane)
                ? new InlineSink(this, runner, watch, maxBatch)
                : new HandlerPool(this, settings, runner, watch, maxBatch));
  }

  /** Subscribes and returns where to pull from. */
  PullQueue startPull() {
    Runner runner = new Runner(kernel, settings, policy, watch, null, null);
    PullQueue pull = new PullQueue(kernel, this, runner, watch);
    subscribe(lane -> pull);
    return pull;
  }

  private interface SinkMaker {
    Sink make(List<? extends Lane> lanes);
  }

  private boolean isInline(List<? extends Lane> all) {
    return settings.concurrency() == 1
        && settings.ownExecutor()
        && all.size() == 1
        && all.get(0).leaseNanos() == 0;
  }

  private void subscribe(SinkMaker maker) {
    kernel.adopt(this, "consume", address());
    try {
      // Lanes take messages beside each other: only one keeps the order that keys are to have.
      int lanes = settings.serialBy() == null ? settings.concurrency() : 1;
      SubscribeOptions options =
          new SubscribeOptions(
              settings.name(), settings.prefetch(), lanes, settings.settledOnReceipt());
      QueueSubscription subscription =
          kernel.call("consume", address(), () -> driver.subscribe(queue.handle(), options, this));
      end.opened(subscription);
      if (!settings.settledOnReceipt() && policy.mayPutOff()) {
        kernel.delayLine().consuming();
      }
      try {
        begin(subscription.lanes(), maker);
      } catch (RuntimeException e) {
        subscription.close();
        throw e;
      }
    } catch (RuntimeException e) {
      kernel.release(this);
      real.shutdown();
      end.neverOpened();
      throw e;
    }
  }

  private void begin(List<? extends Lane> subscribed, SinkMaker maker) {
    int count = subscribed.size();
    int quotas = subscribed.stream().mapToInt(Lane::quota).sum();
    if (count < 1 || count > quotas || quotas > settings.prefetch()) {
      throw new MqException(
          ErrorCode.INTERNAL,
          "consume "
              + address()
              + ": backend opened "
              + count
              + " lanes for "
              + quotas
              + " deliveries and a prefetch of "
              + settings.prefetch());
    }
    QueueSpec spec = queue.spec();
    Intake intake =
        new Intake(
            settings.queue(),
            spec == null ? null : spec.timeToLive(),
            settings.settledOnReceipt() ? DeliveryImpl.NONE : DeliveryImpl.OPEN,
            driver.traits().deliveryLimit());
    List<LanePump> pumps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      LanePump pump = new LanePump(this, subscribed.get(i), intake, !settings.settledOnReceipt());
      if (!settings.onReturn()) {
        watch.watch(pump.held());
      }
      pumps.add(pump);
    }
    sink = maker.make(subscribed);
    lanes = List.copyOf(pumps);
    ThreadFactory threads = kernel.threads("consumer-" + settings.name());
    for (LanePump pump : pumps) {
      threads.newThread(pump).start();
    }
    end.started();
  }

  Kernel kernel() {
    return kernel;
  }

  String queue() {
    return settings.queue();
  }

  FailurePolicy policy() {
    return policy;
  }

  HoldWatch watch() {
    return watch;
  }

  Sink sink() {
    return sink;
  }

  List<LanePump> lanes() {
    return lanes;
  }

  /** Returns timers that run whatever the broker's clock does. */
  SystemTime real() {
    return real;
  }

  /** Runs a task after a real delay, unless the consumer has ended. */
  void schedule(Duration delay, Runnable task) {
    try {
      real.schedule(delay, task);
    } catch (RejectedExecutionException e) {
      // Ended this moment.
    }
  }

  boolean takesIn() {
    return !paused && !stopping;
  }

  void stopIntake() {
    stopping = true;
    signalLanes();
  }

  /** Called when the sink has nothing left to hand to a handler. */
  void ranDry() {
    if (stopping) {
      end.ranDry();
    }
  }

  void signalLanes() {
    for (LanePump pump : lanes) {
      pump.signal();
    }
  }

  /** Gives a delivery back that no handler saw. */
  void giveBack(DeliveryImpl d) {
    if (d.claim(DeliveryImpl.RELEASE)) {
      d.lane.submit(d, SettleOutcome.RELEASE, 0);
    }
  }

  void pumpEnded() {
    end.pumpEnded();
  }

  /** Ends the consumer because of an error. Does not block. */
  void end(MqException error) {
    end.begin(settings.closeTimeout(), error);
  }

  @Override
  public void cancelled(Throwable reason) {
    end(kernel.wrap(reason, "consume", address()));
  }

  @Override
  public void queueDeleted(BackendQueue deleted) {
    if (deleted.equals(queue.handle())) {
      end(new NotFoundException("consume " + address() + ": the queue was deleted"));
    }
  }

  @Override
  public void leasesLost(Lane lane, long[] tokens) {
    lost(lane, tokens);
  }

  @Override
  public void allLeasesLost(Lane lane) {
    lost(lane, null);
  }

  private void lost(Lane lane, long @Nullable [] tokens) {
    for (LanePump pump : lanes) {
      if (pump.lane() == lane && pump.held().lost(tokens)) {
        String text =
            "consumer '"
                + name()
                + "' lost leases of messages it was handling; they are delivered again";
        kernel.event(BrokerEvent.Type.LEASE_LOST, address(), text, null);
      }
    }
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String address() {
    return "queue:" + settings.queue();
  }

  @Override
  public void pause() {
    pausing.lock();
    try {
      paused = true;
      giveBackUnseen();
    } finally {
      pausing.unlock();
    }
    signalLanes();
  }

  @Override
  public void resume() {
    pausing.lock();
    try {
      paused = false;
    } finally {
      pausing.unlock();
    }
    sink.resumed();
    signalLanes();
  }

  /** Gives back what waits for a handler in a pause, so that others get it. */
  void giveBackUnseen() {
    if (mayGiveBack()) {
      sink.takeUnseen().forEach(this::giveBack);
    }
  }

  /** Returns whether what no handler has seen can be given back: what came settled cannot. */
  boolean mayGiveBack() {
    return !settings.settledOnReceipt();
  }

  @Override
  public boolean isPaused() {
    return paused;
  }

  @Override
  public CompletionStage<SettleResult> flush() {
    return flushing().minimalCompletionStage();
  }

  CompletableFuture<SettleResult> flushing() {
    List<CompletableFuture<SettleResult>> open = new ArrayList<>();
    for (LanePump pump : lanes) {
      for (DeliveryImpl d : pump.held().all()) {
        long state = d.state();
        if (state != DeliveryImpl.OPEN && state != DeliveryImpl.NONE && !d.isAnswered()) {
          open.add(d.future());
        }
      }
      pump.signal();
    }
    return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              SettleResult worst = SettleResult.SETTLED;
              for (CompletableFuture<SettleResult> f : open) {
                SettleResult r = f.join();
                worst = r.compareTo(worst) > 0 ? r : worst;
              }
              return worst;
            });
  }

  @Override
  public CompletionStage<Void> terminated() {
    return end.terminated();
  }

  @Override
  public void close() {
    close(settings.closeTimeout());
  }

  @Override
  public boolean close(Duration timeout) {
    return end.close(timeout);
  }
}
