package dev.mq.core.bridge;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Bridge;
import dev.mq.api.Consumer;
import dev.mq.api.Destination;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A running bridge: the consumer of the source and the producers, closed in that order. */
final class BridgeImpl implements Bridge {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final Mover mover;
  private final Consumer source;
  private final CompletableFuture<@Nullable Void> terminated = new CompletableFuture<>();

  BridgeImpl(Mover mover, Consumer source) {
    this.mover = mover;
    this.source = source;
    watch();
  }

  private void watch() {
    // The handler that stops the bridge closes its consumer from inside, which waits for nothing.
    var unused =
        CompletableFuture.allOf(
            mover.stopped().thenAccept(reason -> source.close(CLOSE_TIMEOUT)),
            source.terminated().whenComplete((nothing, e) -> ended(e)).toCompletableFuture());
  }

  private void ended(@Nullable Throwable error) {
    Throwable reason = mover.stopped().getNow(null);
    Throwable first = reason == null ? error : reason;
    if (first == null) {
      terminated.complete(null);
    } else {
      mover.close(Duration.ZERO);
      terminated.completeExceptionally(first);
    }
  }

  @Override
  public Consumer source() {
    return source;
  }

  @Override
  public Destination destination() {
    return mover.destination();
  }

  @Override
  public long moved() {
    return mover.moved();
  }

  @Override
  @SuppressWarnings("NullAway") // Void has no value but null
  public CompletionStage<Void> terminated() {
    return terminated.minimalCompletionStage();
  }

  @Override
  public void close() {
    close(CLOSE_TIMEOUT);
  }

  @Override
  public boolean close(Duration timeout) {
    boolean clean = source.close(requireNonNull(timeout, "timeout"));
    return mover.close(timeout) && clean;
  }
}
