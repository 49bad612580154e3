package dev.mq.core.reply;

import dev.mq.api.AckMode;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.DeliveryHandler;
import dev.mq.api.QueueSpec;
import dev.mq.core.runtime.Kernel;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reply queue of a requester and its consumer. Replies are settled on receipt, for nobody but
 * this process could use them, and handed over on the consumer's own thread, so that a requester
 * inside a handler never waits for the executor that runs it. Thread-safe.
 */
final class ReplyInbox {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyInbox.class);

  /** The queue is temporary: its deletion is worth no longer wait. */
  private static final Duration LONGEST_DELETION = Duration.ofSeconds(1);

  private final ReplyQueues queues;
  private final String queue;
  private final Consumer consumer;
  private volatile boolean ended;

  /**
   * Makes the queue and consumes it.
   *
   * @param replies gets every reply; must not block
   * @param whenEnded called once when no reply can come any more
   */
  ReplyInbox(
      ReplyQueues queues,
      String name,
      java.util.function.Consumer<Delivery> replies,
      BiConsumer<ReplyInbox, @Nullable Throwable> whenEnded) {
    this.queues = queues;
    this.queue = "reply." + UUID.randomUUID();
    queues.declare(QueueSpec.builder(queue).durable(false).temporary().build());
    DeliveryHandler handler = replies::accept;
    try {
      this.consumer =
          queues
              .consumer(queue)
              .name(name + ".replies")
              .ackMode(AckMode.NONE)
              .executor(Runnable::run)
              .start(handler);
    } catch (RuntimeException e) {
      delete();
      throw e;
    }
    var unused =
        consumer
            .terminated()
            .whenComplete(
                (nothing, error) -> {
                  ended = true;
                  whenEnded.accept(this, error);
                });
  }

  /** Returns the name of the queue, which foreign responders understand too. */
  String queue() {
    return queue;
  }

  boolean isEnded() {
    return ended;
  }

  /** Closes within a timeout, and a moment, also when the system is gone. */
  void close(Kernel kernel, Duration timeout) {
    consumer.close(timeout);
    CountDownLatch deleted = new CountDownLatch(1);
    Runnable deletion =
        () -> {
          delete();
          deleted.countDown();
        };
    kernel.threads("reply-close").newThread(deletion).start();
    try {
      long millis = Math.min(timeout.toMillis(), LONGEST_DELETION.toMillis());
      if (!deleted.await(millis, TimeUnit.MILLISECONDS)) {
        LOG.debug("reply queue {} is still being deleted; it is temporary", queue);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asked for although the queue is temporary: where the runtime routes, its name goes too. */
  void delete() {
    try {
      queues.delete(queue);
    } catch (RuntimeException e) {
      LOG.debug("reply queue {} could not be deleted; it is temporary", queue, e);
    }
  }
}
