package dev.mq.spi;

import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import java.util.List;
import java.util.Optional;

/** Queues of a system. Thread-safe. Methods may block for round trips. */
public interface QueueDriver {
  /** Returns what the runtime must know about these queues. */
  QueueTraits traits();

  /**
   * Makes a queue, or finds it made already.
   *
   * @param incarnation tells this queue from earlier ones of its name; empty where the system has
   *     exchanges of its own, which then keeps the queue's properties itself and throws {@link
   *     dev.mq.api.DeclarationConflictException} when they differ
   */
  BackendQueue create(QueueSpec spec, String incarnation);

  /**
   * Returns when every queue made so far by this session survives what the system promises to
   * survive (D-02). Called at the end of a declaration of several queues, so that a system which
   * needs time for that takes it once.
   */
  default void declared() {}

  /** Returns the handle of a queue that exists, or throws {@link dev.mq.api.NotFoundException}. */
  BackendQueue open(String name, String incarnation);

  /**
   * Deletes a queue with its messages; its subscriptions are cancelled. One that is not there
   * changes nothing.
   */
  void delete(String name, String incarnation);

  /** Returns about how many messages wait, and are leased where the system tells that. */
  long depth(BackendQueue queue);

  /** Removes waiting messages and returns about how many. */
  long purge(BackendQueue queue);

  /**
   * Returns at most {@code max} waiting messages in order without taking them; empty where the
   * system cannot.
   */
  default Optional<List<Message>> browse(BackendQueue queue, int max) {
    return Optional.empty();
  }

  /**
   * Starts to take messages from a queue.
   *
   * @param listener told when the subscription ends by itself
   */
  QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions options, SubscriptionListener listener);
}
