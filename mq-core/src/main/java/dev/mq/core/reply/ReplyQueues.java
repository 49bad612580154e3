package dev.mq.core.reply;

import dev.mq.api.ConsumerBuilder;
import dev.mq.api.QueueSpec;

/** What a requester needs to have a queue of its own. Thread-safe. */
public interface ReplyQueues {
  /** Makes a queue, whatever the program's topology mode is. */
  void declare(QueueSpec spec);

  /** Returns a builder of its consumer. */
  ConsumerBuilder<byte[]> consumer(String queue);

  /** Deletes a queue, if it is there. */
  void delete(String queue);
}
