package dev.mq.core.dispatch;

import dev.mq.api.AckMode;
import dev.mq.api.ConfigException;
import dev.mq.api.ConsumeInterceptor;
import dev.mq.api.DedupStore;
import dev.mq.api.Message;
import dev.mq.api.Retry;
import dev.mq.core.config.ConsumerKeys;
import dev.mq.core.config.Section;
import dev.mq.core.runtime.Kernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the program said about a consumer, before configuration is laid over it. Not thread-safe.
 */
final class ConsumerDraft {
  final String queue;
  String name;
  int prefetch = 250;
  int concurrency = 1;
  @Nullable Function<? super Message, @Nullable String> serialBy;
  AckMode ackMode = AckMode.ON_RETURN;
  Duration maxHold = Duration.ofMinutes(5);
  Retry retry = Retry.defaults();
  int maxDeliveries = 100;
  Duration closeTimeout = Duration.ofSeconds(30);
  @Nullable Executor executor;
  @Nullable DedupStore dedupStore;
  final List<ConsumeInterceptor> interceptors = new ArrayList<>();

  ConsumerDraft(String queue) {
    this.queue = queue;
    this.name = queue;
  }

  /**
   * Returns what the consumer runs with. Has no side effect.
   *
   * @throws ConfigException when parts contradict each other
   */
  Settings settle(Kernel kernel, AckMode mode) {
    Section section = kernel.configuration().consumer(name);
    Retry effective = retry(section);
    if (effective.maxAttempts() > 0 && effective.deadLetter() == null && !effective.isDrop()) {
      throw new ConfigException(
          text(
              "a limit of "
                  + effective.maxAttempts()
                  + " attempts needs a dead-letter queue or drop"));
    }
    if (queue.equals(effective.deadLetter())) {
      throw new ConfigException(text("the dead-letter queue is the queue itself"));
    }
    if (effective.isInPlace() && mode != AckMode.ON_RETURN) {
      throw new ConfigException(
          text("retry in place needs a handler that is settled on return, not " + mode));
    }
    if (dedupStore != null && mode == AckMode.MANUAL) {
      throw new ConfigException(
          text(
              "deduplication needs a handler whose return tells that a message was handled, not "
                  + mode));
    }
    Executor own = executor;
    return new Settings(
        queue,
        name,
        Math.toIntExact(section.get(ConsumerKeys.PREFETCH, (long) prefetch)),
        Math.toIntExact(section.get(ConsumerKeys.CONCURRENCY, (long) concurrency)),
        serialBy,
        mode,
        section.get(ConsumerKeys.MAX_HOLD, maxHold),
        effective,
        Math.toIntExact(section.get(ConsumerKeys.MAX_DELIVERIES, (long) maxDeliveries)),
        section.get(ConsumerKeys.CLOSE_TIMEOUT, closeTimeout),
        own != null ? own : kernel.handlers(),
        own == null && kernel.ownHandlers());
  }

  private Retry retry(Section section) {
    Duration first = section.get(ConsumerKeys.RETRY_FIRST, retry.first());
    Duration max = section.get(ConsumerKeys.RETRY_MAX, retry.max());
    if (max.compareTo(first) < 0) {
      throw new ConfigException(
          text("the longest wait " + max + " is less than the first " + first));
    }
    Retry r = retry.isInPlace() ? Retry.inPlace(first, max) : Retry.backoff(first, max);
    long attempts = section.get(ConsumerKeys.RETRY_MAX_ATTEMPTS, (long) retry.maxAttempts());
    if (attempts > 0) {
      r = r.maxAttempts(Math.toIntExact(attempts));
    }
    for (Class<? extends Throwable> type : retry.rejectOn()) {
      r = r.rejectOn(type);
    }
    String configured = section.find(ConsumerKeys.RETRY_DEAD_LETTER).orElse(null);
    String target = configured != null ? configured : retry.deadLetter();
    if (target != null) {
      return r.deadLetter(target);
    }
    return retry.isDrop() ? r.drop() : r;
  }

  private String text(String reason) {
    return "consumer '" + name + "' of queue '" + queue + "': " + reason;
  }
}
