package dev.mq.api;

/**
 * Sees messages before they are published. Called on the sending thread; an exception fails the
 * send, definitely.
 */
@FunctionalInterface
public interface PublishInterceptor {
  /** Returns the message to publish: the same or a changed one. */
  Message onPublish(Destination destination, Message message);
}
