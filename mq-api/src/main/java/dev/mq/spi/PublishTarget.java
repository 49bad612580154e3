package dev.mq.spi;

/**
 * What a message can be published to: a handle a backend made and gets back. Immutable apart from
 * what it stands for.
 */
public interface PublishTarget {
  /** Returns the name of the queue, log or exchange. */
  String name();
}
