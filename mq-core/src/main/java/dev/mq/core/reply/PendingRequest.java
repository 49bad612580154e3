package dev.mq.core.reply;

import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.spi.TimeSource.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request that waits for its reply. Whoever takes {@code ended} completes it, once;
 * nobody else does. Thread-safe.
 */
final class PendingRequest {
  final String correlationId;
  final ReplyInbox inbox;
  final CompletableFuture<Message> future = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final @Nullable Executor completions;
  private volatile @Nullable Timer timer;

  /**
   * Creates one.
   *
   * @param completions where dependents of the future run; null when a thread waits for it
   */
  PendingRequest(String correlationId, ReplyInbox inbox, @Nullable Executor completions) {
    this.correlationId = correlationId;
    this.inbox = inbox;
    this.completions = completions;
  }

  void timer(Timer set) {
    timer = set;
    if (ended.get()) {
      set.cancel();
    }
  }

  /** Decides that this caller completes the request; only one ever gets true. */
  boolean end() {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    Timer set = timer;
    if (set != null) {
      set.cancel();
    }
    return true;
  }

  /** Completes the request with a reply or an error; after {@link #end}. Does not block. */
  void complete(@Nullable Message reply, @Nullable MqException error) {
    Runnable completion =
        error != null ? () -> future.completeExceptionally(error) : () -> future.complete(reply);
    if (completions == null) {
      completion.run();
    } else {
      completions.execute(completion);
    }
  }
}
