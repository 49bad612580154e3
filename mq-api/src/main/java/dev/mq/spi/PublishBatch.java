package dev.mq.spi;

import dev.mq.api.Message;

/**
 * Messages to publish, and how to tell what became of each. Implemented by the runtime. The
 * completing methods may be called from any thread, also inside {@link PublishChannel#publish};
 * they do not block and do not run user code. Each message is completed exactly once; a later
 * completion of the same message is ignored.
 */
public interface PublishBatch {
  /** The partition of a message that is not for a log. */
  int NO_PARTITION = -1;

  /** The offset of a record whose backend does not tell. */
  long NO_OFFSET = -1;

  /** Returns the number of messages, 1 or more. */
  int size();

  /** Returns where a message goes. */
  PublishTarget target(int index);

  /** Returns a message. */
  Message message(int index);

  /**
   * Returns the name of what the program published a message to: the exchange, where the runtime
   * routed it to its target. For displays and for faults scripted by name; not needed on hot paths.
   */
  default String destination(int index) {
    return target(index).name();
  }

  /** Returns the partition of a log that a message goes to, or {@link #NO_PARTITION}. */
  int partition(int index);

  /** Tells that a message is stored; for an exchange, in at least one queue. */
  void confirmed(int index, int partition, long offset);

  /** Tells that all messages of the batch are stored in queues. */
  void confirmedAll();

  /** Tells that a native exchange routed a message to no queue. */
  void unroutable(int index);

  /** Tells that a message failed; {@link BackendSession#classify} says whether definitely. */
  void failed(int index, Throwable error);
}
