package dev.mq.core.produce;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Capability;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.PublishInterceptor;
import dev.mq.api.Receipt;
import dev.mq.api.SendCallback;
import dev.mq.api.SendResult;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SerialExecutor;
import dev.mq.core.runtime.WouldBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The producer users see: checks, interceptors and the forms of send around a {@link ProducerCore}.
 */
final class ProducerImpl implements Producer, Child {
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final int MAX_RUN = 512;

  private final Kernel kernel;
  private final Destination destination;
  private final ProducerCore core;
  private final List<PublishInterceptor> interceptors;
  private final Duration closeTimeout;
  private final int maxBodyBytes;
  private final SerialExecutor callbacks;

  ProducerImpl(
      Kernel kernel,
      Destination destination,
      Route route,
      ProducerOptions options,
      List<PublishInterceptor> interceptors) {
    this.kernel = kernel;
    this.destination = destination;
    this.interceptors = List.copyOf(interceptors);
    this.closeTimeout = options.deliveryTimeout();
    this.maxBodyBytes =
        kernel.capabilities().value(Capability.MAX_BODY_BYTES).orElse(Integer.MAX_VALUE);
    this.callbacks = new SerialExecutor(kernel.completions());
    this.core = new ProducerCore(kernel, route, destination.address(), options);
  }

  @Override
  public Destination destination() {
    return destination;
  }

  @Override
  public Receipt send(Message message) {
    core.checkOpen();
    WouldBlock.check("send", core.address());
    SyncSend send = new SyncSend(core, checked(message));
    core.send(send);
    return send.await();
  }

  @Override
  public CompletionStage<Receipt> sendAsync(Message message) {
    core.checkOpen();
    AsyncSend send = new AsyncSend(core, checked(message));
    core.send(send);
    send.returned = true;
    return send.future;
  }

  @Override
  public void send(Message message, SendCallback callback) {
    requireNonNull(callback, "callback");
    core.checkOpen();
    core.send(new CallbackSend(core, checked(message), callback));
  }

  @Override
  public List<SendResult> sendAll(List<Message> messages) {
    core.checkOpen();
    WouldBlock.check("send", core.address());
    Message[] ready = requireNonNull(messages, "messages").toArray(Message[]::new);
    for (Message m : ready) {
      requireNonNull(m, "messages holds null");
    }
    for (int i = 0; i < ready.length; i++) {
      ready[i] = checked(ready[i]);
    }
    List<Object> parts = new ArrayList<>(1);
    int i = 0;
    while (i < ready.length) {
      int to = Math.min(ready.length, i + MAX_RUN);
      BatchSend batch = new BatchSend(core, to - i);
      int taken = core.sendRun(ready, i, to, batch);
      parts.add(taken > 0 ? batch : sendOne(ready[i]));
      i += Math.max(taken, 1);
    }
    List<SendResult> results = new ArrayList<>(ready.length);
    for (Object part : parts) {
      awaitPart(part, results);
    }
    return results;
  }

  /** Sends what cannot go in a run; returns the send, or its result when it failed at once. */
  private Object sendOne(Message message) {
    SyncSend send = new SyncSend(core, message);
    try {
      core.send(send);
      return send;
    } catch (MqException e) {
      return SendResult.failed(e);
    }
  }

  private void awaitPart(Object part, List<SendResult> results) {
    if (part instanceof BatchSend batch) {
      boolean done = batch.isTold() || awaitBatch(batch);
      for (int i = 0; i < batch.size(); i++) {
        results.add(done ? batch.result(i) : SendResult.failed(interrupted(null)));
      }
    } else if (part instanceof SyncSend send) {
      SendResult result;
      try {
        result = SendResult.ok(send.await());
      } catch (MqException e) {
        result = SendResult.failed(e);
      }
      results.add(result);
    } else {
      results.add((SendResult) part);
    }
  }

  private static boolean awaitBatch(BatchSend batch) {
    try {
      batch.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private MqException interrupted(@Nullable InterruptedException cause) {
    return new MqException(
        ErrorCode.INTERRUPTED,
        false,
        true,
        "send " + core.address() + ": interrupted while waiting for the confirmation",
        cause);
  }

  /** Applies interceptors and limits; nothing was done when it throws. */
  private Message checked(Message message) {
    Message m = requireNonNull(message, "message");
    for (PublishInterceptor interceptor : interceptors) {
      m = requireNonNull(interceptor.onPublish(destination, m), "interceptor returned null");
    }
    if (m.bodyBytes() > maxBodyBytes) {
      throw new MessageTooLargeException(
          "send "
              + core.address()
              + ": body has "
              + m.bodyBytes()
              + " bytes, at most "
              + maxBodyBytes
              + " are allowed");
    }
    if (!m.headers().isEmpty()) {
      checkHeaders(m.headers());
    }
    return m;
  }

  private void checkHeaders(Headers headers) {
    long bytes = 0;
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.nameAt(i);
      if (name.startsWith(Message.RESERVED_HEADER_PREFIX)) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT,
            "send "
                + core.address()
                + ": header '"
                + name
                + "' is reserved; leave it out, for a received message by"
                + " Message.Builder.removeReservedHeaders()");
      }
      Object v = headers.valueAt(i);
      bytes +=
          name.length() * 3L
              + (v instanceof String s ? s.length() * 3L : v instanceof byte[] b ? b.length : 8);
    }
    if (bytes > MAX_HEADER_BYTES) {
      throw new MessageTooLargeException(
          "send "
              + core.address()
              + ": headers have up to "
              + bytes
              + " bytes, at most "
              + MAX_HEADER_BYTES
              + " are allowed");
    }
  }

  @Override
  public void flush() {
    core.flush();
    if (WouldBlock.isCompletion()) {
      return;
    }
    CountDownLatch delivered = new CountDownLatch(1);
    callbacks.execute(delivered::countDown);
    try {
      delivered.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw kernel.wrap(e, "flush", core.address());
    }
  }

  @Override
  public boolean publishes() {
    return true;
  }

  @Override
  public int inFlight() {
    return core.inFlight();
  }

  @Override
  public void close() {
    close(closeTimeout);
  }

  @Override
  public boolean close(Duration timeout) {
    requireNonNull(timeout, "timeout");
    boolean clean = core.close(timeout);
    kernel.release(this);
    return clean;
  }

  /** A send whose caller waits. */
  private final class SyncSend extends Send {
    private final Thread caller = Thread.currentThread();
    private @Nullable Receipt receipt;
    private @Nullable MqException error;
    private volatile boolean delivered;

    SyncSend(ProducerCore core, Message message) {
      super(core, message);
    }

    @Override
    void deliver(@Nullable Receipt r, @Nullable MqException e) {
      receipt = r;
      error = e;
      delivered = true;
      if (Thread.currentThread() != caller) {
        LockSupport.unpark(caller);
      }
      told();
    }

    Receipt await() {
      while (!delivered) {
        if (Thread.currentThread().isInterrupted()) {
          throw interrupted(null);
        }
        LockSupport.park(this);
      }
      if (error != null) {
        throw error;
      }
      return requireNonNull(receipt);
    }
  }

  /**
   * A send whose caller gets a stage. Answered inside the call it completes at once: nobody can
   * depend on it yet.
   */
  private final class AsyncSend extends Send {
    final CompletableFuture<Receipt> future = new CompletableFuture<>();
    private final Thread caller = Thread.currentThread();
    private boolean returned;

    AsyncSend(ProducerCore core, Message message) {
      super(core, message);
    }

    @Override
    void deliver(@Nullable Receipt r, @Nullable MqException e) {
      if (Thread.currentThread() == caller && !returned) {
        finish(r, e);
      } else {
        kernel.completions().execute(() -> finish(r, e));
      }
    }

    private void finish(@Nullable Receipt r, @Nullable MqException e) {
      try {
        if (e != null) {
          future.completeExceptionally(e);
        } else {
          future.complete(r);
        }
      } finally {
        told();
      }
    }
  }

  /** A send with a callback; callbacks of one producer run one at a time (P-07). */
  private final class CallbackSend extends Send implements Runnable {
    private final SendCallback callback;
    private @Nullable Receipt receipt;
    private @Nullable MqException error;

    CallbackSend(ProducerCore core, Message message, SendCallback callback) {
      super(core, message);
      this.callback = callback;
    }

    @Override
    void deliver(@Nullable Receipt r, @Nullable MqException e) {
      receipt = r;
      error = e;
      callbacks.execute(this);
      told();
    }

    @Override
    public void run() {
      callback.completed(receipt, error);
    }
  }
}
