package dev.mq.core.reply;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BackpressureException;
import dev.mq.api.ClosedException;
import dev.mq.api.Delivery;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.RequestTimeoutException;
import dev.mq.api.Requester;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.WouldBlock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and finds the request of each reply.
 *
 * <p>Invariants: a request is in {@code pending} before it is sent, so no reply can come too early;
 * it leaves the map by whoever {@linkplain PendingRequest#end ends} it. A lost reply queue fails
 * what waits on it, and the next request makes another one. After the request was put into the map
 * its sender looks whether queue and requester are still there; whoever ends those looks into the
 * map after that: one of the two sees the other.
 */
final class RequesterImpl implements Requester, Child {
  private static final Logger LOG = LoggerFactory.getLogger(RequesterImpl.class);

  private final Kernel kernel;
  private final String name;
  private final Destination destination;
  private final Producer producer;
  private final ReplyQueues queues;
  private final Duration timeout;
  private final int maxPending;
  private final String prefix = UUID.randomUUID() + ".";
  private final AtomicLong number = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder ignored = new LongAdder();
  private final Map<String, PendingRequest> pending = new ConcurrentHashMap<>();
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable ReplyInbox inbox;
  private volatile boolean closed;

  RequesterImpl(
      Kernel kernel,
      String name,
      Destination destination,
      Producer producer,
      ReplyQueues queues,
      Duration timeout,
      int maxPending) {
    this.kernel = kernel;
    this.name = name;
    this.destination = destination;
    this.producer = producer;
    this.queues = queues;
    this.timeout = timeout;
    this.maxPending = maxPending;
  }

  /** Makes the reply queue. */
  void start() {
    inbox();
  }

  private ReplyInbox inbox() {
    ReplyInbox known = inbox;
    if (known != null && !known.isEnded()) {
      return known;
    }
    opening.lock();
    try {
      checkOpen();
      known = inbox;
      if (known == null || known.isEnded()) {
        if (known != null) {
          known.delete();
        }
        known =
            kernel.call(
                "open reply queue for",
                destination.address(),
                () -> new ReplyInbox(queues, name, this::replied, this::inboxEnded));
        inbox = known;
      }
      return known;
    } finally {
      opening.unlock();
    }
  }

  @Override
  public Destination destination() {
    return destination;
  }

  @Override
  public Message request(Message message) {
    return request(message, timeout);
  }

  @Override
  public Message request(Message message, Duration timeout) {
    WouldBlock.check("request", destination.address());
    PendingRequest request = send(message, timeout, null);
    try {
      return request.future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (end(request)) {
        throw new MqException(
            ErrorCode.INTERRUPTED, false, true, text("interrupted while waiting for the reply"), e);
      }
      return request.future.join(); // it came at this moment
    } catch (ExecutionException e) {
      throw MqException.of(e);
    }
  }

  @Override
  public CompletionStage<Message> requestAsync(Message message) {
    return requestAsync(message, timeout);
  }

  @Override
  public CompletionStage<Message> requestAsync(Message message, Duration timeout) {
    return send(message, timeout, kernel.completions()).future.minimalCompletionStage();
  }

  private PendingRequest send(Message message, Duration timeout, @Nullable Executor completions) {
    requireNonNull(message, "message");
    Requesters.checked(timeout);
    checkOpen();
    ReplyInbox in = inbox();
    String id = prefix + number.incrementAndGet();
    Message sent = message.toBuilder().correlationId(id).replyTo(in.queue()).build();
    if (open.incrementAndGet() > maxPending) {
      open.decrementAndGet();
      throw new BackpressureException(text(maxPending + " requests wait for their reply already"));
    }
    PendingRequest request = new PendingRequest(id, in, completions);
    pending.put(id, request);
    request.timer(kernel.time().schedule(timeout, () -> timedOut(request, timeout)));
    if (closed || in.isEnded()) {
      lost(request, null);
      return request;
    }
    try {
      producer.send(sent, (receipt, failure) -> published(request, failure));
    } catch (RuntimeException e) {
      end(request);
      throw e;
    }
    return request;
  }

  private void published(PendingRequest request, @Nullable MqException failure) {
    if (failure != null && failure.isDefinite()) {
      fail(request, failure);
    }
  }

  private void replied(Delivery delivery) {
    String id = delivery.message().correlationId();
    PendingRequest request = id == null ? null : pending.get(id);
    if (request == null || !end(request)) {
      ignored.increment();
      LOG.debug("{}: reply {} has no request that waits", name, delivery.message().id());
      return;
    }
    request.complete(delivery.message(), null);
  }

  private void timedOut(PendingRequest request, Duration timeout) {
    fail(
        request,
        new RequestTimeoutException(text("no reply within " + timeout.toMillis() + " ms")));
  }

  private void inboxEnded(ReplyInbox ended, @Nullable Throwable error) {
    for (PendingRequest request : pending.values()) {
      if (request.inbox == ended) {
        lost(request, error);
      }
    }
  }

  private void lost(PendingRequest request, @Nullable Throwable error) {
    String why = closed ? "the requester was closed" : "the reply queue was lost";
    fail(request, new MqException(ErrorCode.REQUEST_FAILED, false, !closed, text(why), error));
  }

  private void fail(PendingRequest request, MqException error) {
    if (end(request)) {
      request.complete(null, error);
    }
  }

  private boolean end(PendingRequest request) {
    if (!request.end()) {
      return false;
    }
    pending.remove(request.correlationId);
    open.decrementAndGet();
    return true;
  }

  @Override
  public int pending() {
    return pending.size();
  }

  @Override
  public long ignoredReplies() {
    return ignored.sum();
  }

  /** Handlers still running may send requests: closed after them. */
  @Override
  public boolean publishes() {
    return true;
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public boolean close(Duration timeout) {
    ReplyInbox in;
    opening.lock();
    try {
      if (closed) {
        return true;
      }
      closed = true;
      in = inbox;
    } finally {
      opening.unlock();
    }
    for (PendingRequest request : pending.values()) {
      lost(request, null);
    }
    boolean clean = producer.close(requireNonNull(timeout, "timeout"));
    if (in != null) {
      in.close(kernel, timeout);
    }
    kernel.release(this);
    return clean;
  }

  private void checkOpen() {
    kernel.checkOpen("request", destination.address());
    if (closed) {
      throw new ClosedException(text("the requester is closed"));
    }
  }

  private String text(String reason) {
    return "request " + destination.address() + ": " + reason;
  }
}
