package dev.mq.core.produce;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mq.api.ClosedException;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Receipt;
import dev.mq.api.UnroutableException;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.Nanos;
import dev.mq.core.runtime.WouldBlock;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a message to the backend: room in the window, route, channel, answer. Thread-safe.
 *
 * <p>Invariants: the channel is used under {@link #channelLock} only, so sends keep the order in
 * which they got it (O-04). An answer never needs that lock: a backend that blocks a publish until
 * it has delivered answers does not wait for itself. While sends wait for a fresh view of the
 * topology, later ones queue behind them.
 */
final class ProducerCore {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerCore.class);

  private static final Duration STEP_ASIDE = Duration.ofSeconds(1);

  private final Kernel kernel;
  private final Route route;
  private final String address;
  private final boolean dropUnroutable;
  private final Window window;
  private final Outstanding outstanding;
  private final PublishChannel channel;
  private final ReentrantLock channelLock = new ReentrantLock();
  private final RouteSink sink = new RouteSink();
  private final Deque<Send> waitingForView = new ArrayDeque<>();

  /** How many of those had joined when the present view was last asked for. */
  private int askedForView;

  private final AtomicBoolean closed = new AtomicBoolean();

  ProducerCore(Kernel kernel, Route route, String address, ProducerOptions options) {
    this.kernel = kernel;
    this.route = route;
    this.address = address;
    this.dropUnroutable = options.dropUnroutable();
    this.window =
        new Window(
            address,
            options.maxInFlight(),
            options.maxInFlightBytes(),
            options.maxBlock(),
            kernel.time());
    this.outstanding = new Outstanding(address, options.deliveryTimeout(), kernel.time());
    this.channel = open(options);
  }

  /** A closing broker still has to publish what its consumers leave behind. */
  private PublishChannel open(ProducerOptions options) {
    if (!options.equals(ProducerOptions.SYSTEM)) {
      return kernel.call("open producer", address, () -> kernel.session().openPublisher());
    }
    try {
      return kernel.session().openPublisher();
    } catch (RuntimeException e) {
      throw kernel.wrap(e, "open producer", address);
    }
  }

  String address() {
    return address;
  }

  String destination() {
    return address.substring(address.indexOf(':') + 1);
  }

  /**
   * Sends a message; it is answered once, perhaps before this returns. So is one that found no
   * room.
   *
   * @throws ClosedException when the producer is closed
   */
  void send(Send send) {
    checkOpen();
    int bytes = send.message.bodyBytes();
    try {
      window.acquire(bytes);
    } catch (MqException e) {
      send.refuse(e);
      return;
    }
    channelLock.lock();
    try {
      if (closed.get()) {
        window.release(1, bytes);
        send.refuse(closedError());
        return;
      }
      if (!waitingForView.isEmpty() || !route.isCurrent()) {
        queueForView(send);
        return;
      }
      publish(send);
      outstanding.add(send); // under the lock, so that a close that follows waits for it
    } finally {
      channelLock.unlock();
    }
  }

  /** Under the channel lock. */
  private void queueForView(Send send) {
    outstanding.add(send);
    waitingForView.add(send);
    if (waitingForView.size() == 1) {
      askForView();
    }
  }

  /** Under the channel lock. */
  private void askForView() {
    askedForView = waitingForView.size();
    route.whenCurrent(this::viewReached);
  }

  /** Serves those that had joined before the view was asked for; for the others it may be old. */
  private void viewReached(@Nullable Throwable failure) {
    channelLock.lock();
    try {
      for (; askedForView > 0; askedForView--) {
        Send next = waitingForView.remove();
        if (failure != null) {
          next.complete(null, kernel.wrap(failure, "publish", address));
        } else if (!next.isDone()) {
          publish(next);
        }
      }
      if (!waitingForView.isEmpty()) {
        askForView();
      }
    } finally {
      channelLock.unlock();
    }
  }

  /** Under the channel lock. */
  private void publish(Send send) {
    sink.clear();
    try {
      route.route(send.message, sink);
    } catch (RuntimeException e) {
      send.complete(null, kernel.wrap(e, "publish", address));
      return;
    }
    if (sink.count() == 0) {
      unroutable(send);
      return;
    }
    send.handedOver();
    if (sink.count() == 1) {
      send.target(sink.target(0), sink.partition());
      channel.publish(send);
    } else {
      channel.publish(new FanOut(send, sink.copy()));
    }
  }

  /**
   * Sends messages {@code from} to {@code to} (exclusive) as one batch: as many as have exactly one
   * target each and find room at once.
   *
   * @return how many were taken; 0 when the first of them needs {@link #send}
   */
  int sendRun(Message[] messages, int from, int to, BatchSend batch) {
    checkOpen();
    channelLock.lock();
    try {
      if (closed.get() || !waitingForView.isEmpty() || !route.isCurrent()) {
        return 0;
      }
      for (int i = from; i < to && hasOneTarget(messages[i]); i++) {
        batch.add(messages[i], sink.target(0), sink.partition());
      }
      takeRoom(batch);
      if (batch.size() > 0) {
        channel.publish(batch);
        outstanding.add(batch);
      }
    } finally {
      channelLock.unlock();
    }
    return batch.size();
  }

  /** One step for the whole run where there is room; else the run ends where the room does. */
  private void takeRoom(BatchSend batch) {
    if (window.tryAcquire(batch.size(), batch.bytes())) {
      return;
    }
    int fits = 0;
    while (fits < batch.size() && window.tryAcquire(batch.message(fits).bodyBytes())) {
      fits++;
    }
    batch.truncate(fits);
  }

  private boolean hasOneTarget(Message m) {
    sink.clear();
    try {
      route.route(m, sink);
    } catch (RuntimeException e) {
      LOG.debug("{}: left to the single path, which reports it", address, e);
      return false;
    }
    return sink.count() == 1;
  }

  /** Gives back the room of what was answered. From any thread. */
  void release(int messages, long bytes) {
    window.release(messages, bytes);
  }

  /** Something sent was answered and its sender told. From any thread. */
  void told() {
    outstanding.answered(window.messages() == 0);
  }

  /** Nothing takes the message: an error, unless the producer was told to accept it. */
  void unroutable(Send send) {
    MqException error = unroutable(send.message);
    send.complete(error == null ? Receipt.routed() : null, error);
  }

  /**
   * Returns the error of an unroutable message, or null when the producer was told to accept it.
   */
  @Nullable MqException unroutable(Message message) {
    return dropUnroutable
        ? null
        : new UnroutableException(
            "publish " + address + ": no queue takes message " + message.id());
  }

  boolean isGone(PublishTarget target, Throwable error) {
    return route.isGone(target, error);
  }

  MqException wrap(Throwable error) {
    return kernel.wrap(error, "publish", address);
  }

  int inFlight() {
    return window.messages();
  }

  void flush() {
    // A callback may find that nothing is left, though who answered it has still to say so.
    if (WouldBlock.isCompletion() ? inFlight() == 0 : outstanding.isEmpty()) {
      return;
    }
    WouldBlock.check("flush", address);
    channelLock.lock();
    try {
      channel.flush();
    } finally {
      channelLock.unlock();
    }
    try {
      outstanding.awaitAll();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw kernel.wrap(e, "flush", address);
    }
  }

  /** A closing broker closes its producers last, so that handlers still running may publish. */
  void checkOpen() {
    if (closed.get()) {
      throw closedError();
    }
  }

  private ClosedException closedError() {
    return new ClosedException("publish " + address + ": producer is closed");
  }

  /**
   * Refuses further sends, waits for open ones, closes the channel; what is open after that
   * completes as unknown.
   */
  boolean close(Duration timeout) {
    if (!closed.compareAndSet(false, true)) {
      return true;
    }
    boolean flushed = withChannel(timeout, channel::flush);
    window.close();
    boolean clean = flushed && awaitAnswers(timeout);
    // Nobody starts a publish any more, so the lock is free at once or a publish is stuck.
    Duration wait = flushed ? STEP_ASIDE : Duration.ZERO;
    if (!withChannel(wait, () -> closeChannel(clean ? timeout : Duration.ZERO))) {
      // A publish is stuck in the backend, which bounds that: its thread must not be waited for
      // here.
      kernel.completions().execute(this::closeChannelLater);
    }
    outstanding.abandon("producer was closed before an answer came");
    return clean;
  }

  /** Runs an action under the channel lock, if that is free in time; returns whether it was. */
  private boolean withChannel(Duration timeout, Runnable action) {
    try {
      if (!channelLock.tryLock() && !channelLock.tryLock(Nanos.of(timeout), NANOSECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      action.run();
      return true;
    } finally {
      channelLock.unlock();
    }
  }

  private void closeChannelLater() {
    channelLock.lock();
    try {
      closeChannel(Duration.ZERO);
    } finally {
      channelLock.unlock();
    }
  }

  private void closeChannel(Duration timeout) {
    try {
      channel.close(timeout);
    } catch (RuntimeException e) {
      LOG.warn("{}: closing the channel failed", address, e);
    }
  }

  private boolean awaitAnswers(Duration timeout) {
    if (WouldBlock.isCompletion()) {
      return inFlight() == 0;
    }
    try {
      return outstanding.awaitEmpty(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
