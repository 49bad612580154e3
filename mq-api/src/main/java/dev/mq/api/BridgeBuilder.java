package dev.mq.api;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds a bridge. Not thread-safe. */
public interface BridgeBuilder {
  /** Sets where messages go. */
  BridgeBuilder to(Destination destination);

  /**
   * Sets where messages go, by a producer builder with limits or a name of its own; the bridge
   * closes the producer.
   */
  BridgeBuilder to(ProducerBuilder destination);

  /**
   * Changes messages on their way, or leaves one out by returning null. Called with the library's
   * own headers removed; called again when a message is sent again, so it should return the same.
   * An exception is a failure that is tried again.
   */
  BridgeBuilder transform(Function<? super Message, @Nullable Message> transform);

  /**
   * Sets how many messages of a partition or handler are sent before their confirmations are waited
   * for, 1 or more; 100 by default. This bounds what is in flight (W-02).
   */
  BridgeBuilder batch(int messages);

  /**
   * Passes over messages that can never be published, such as unroutable or too large ones, with an
   * event each. By name only: by default they end the bridge, unsettled.
   */
  BridgeBuilder skipUnpublishable();

  /**
   * Publishes messages that can never be published, such as unroutable ones, to a dead-letter
   * destination instead, with an event each.
   */
  BridgeBuilder deadLetter(Destination destination);

  /**
   * Starts it.
   *
   * @throws ConfigException when no destination was set
   * @throws NotFoundException when source or destination does not exist
   */
  Bridge start();
}
