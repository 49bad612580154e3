package dev.mq.core.dispatch;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Codec;
import dev.mq.api.ConsumerBuilder;
import dev.mq.core.runtime.Kernel;

/** The entry of this package. */
public final class QueueConsumers {
  private QueueConsumers() {}

  /**
   * Returns a builder of a consumer of a queue; nothing happens before one of its starting methods.
   */
  public static ConsumerBuilder<byte[]> builder(Kernel kernel, String queue) {
    requireNonNull(kernel, "kernel");
    return new ConsumerBuilderImpl<>(
        kernel, new ConsumerDraft(requireNonNull(queue, "queue")), Codec.bytes());
  }
}
