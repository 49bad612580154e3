package dev.mq.inmemory;

import dev.mq.api.Message;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import java.util.List;

/** Looks into a queue of an engine without consuming. Thread-safe; every call looks anew. */
public final class InMemoryQueue {
  private final MemoryQueue queue;

  InMemoryQueue(MemoryQueue queue) {
    this.queue = queue;
  }

  /** Returns the name. */
  public String name() {
    return queue.name();
  }

  /**
   * Returns the messages that wait, those that wait for their retry included: highest priority
   * first, then in order.
   */
  public List<Message> messages() {
    return List.copyOf(queue.browse(Integer.MAX_VALUE));
  }

  /** Returns the messages that consumers have in hand. */
  public List<Message> inHand() {
    return List.copyOf(queue.inHand());
  }

  /** Returns how many messages wait or are in hand. */
  public long depth() {
    return queue.depth();
  }

  @Override
  public String toString() {
    return "InMemoryQueue[" + name() + ", depth=" + depth() + "]";
  }
}
