package dev.mq.tck;

import dev.mq.api.MqException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what the API tells only when it is asked, and for stages. */
final class Eventually {
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private Eventually() {}

  /** Asks until the answer is as wanted, and returns it. */
  static <T> T that(String what, Supplier<T> question, Predicate<T> wanted) {
    Timing.Deadline deadline = new Timing.Deadline();
    while (true) {
      T answer = question.get();
      if (wanted.test(answer)) {
        return answer;
      }
      if (deadline.isOver() || Thread.currentThread().isInterrupted()) {
        throw new AssertionError(
            "%s: waited %s in vain, last answer: %s".formatted(what, Timing.patience(), answer));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Waits for the result of a stage; its failure is thrown as it is. */
  static <T> T done(String what, CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(Timing.patience().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw MqException.of(e);
    } catch (TimeoutException e) {
      throw new AssertionError("%s: not done after %s".formatted(what, Timing.patience()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(what + ": interrupted", e);
    }
  }
}
