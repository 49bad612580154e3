package dev.mq.api;

import java.util.List;

/**
 * Holds messages until a consumer settles them. A handle: costs no I/O, thread-safe. Implemented by
 * the library only.
 */
public non-sealed interface Queue extends Destination {
  /** Returns a builder of consumers: push with a handler, or pull. */
  ConsumerBuilder<byte[]> consumer();

  /**
   * Returns a builder of requesters that publish here and wait for replies.
   *
   * @throws UnsupportedCapabilityException without {@link Capability#TEMPORARY_QUEUE}
   */
  RequesterBuilder requester();

  /**
   * Returns about how many messages wait or are in hand, expired ones perhaps included (V-06).
   * RabbitMQ counts those that wait only.
   */
  long depth();

  /**
   * Returns copies of at most {@code max} waiting messages in order, without taking them.
   *
   * @throws UnsupportedCapabilityException without {@link Capability#BROWSE}
   */
  List<Message> browse(int max);

  /**
   * Removes the waiting messages; those in hand stay, but for Kafka, where they go too. Returns
   * about how many were removed.
   */
  long purge();

  /**
   * Publishes dead letters of this queue to where they came from, confirmed, and then removes them
   * here. Ends when the queue is empty, or when nothing has come for five seconds, as where other
   * consumers hold what is left.
   *
   * @param max how many at most, 1 or more
   * @return how many were moved; a message without an original queue stays
   */
  long redrive(int max);

  /**
   * Deletes the queue, its messages and its bindings; its consumers end. One that is not
   * there changes nothing.
   */
  void delete();
}
