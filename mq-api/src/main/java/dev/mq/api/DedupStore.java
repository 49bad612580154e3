package dev.mq.api;

/**
 * Remembers which messages were handled, for a consumer that handles each message id once. Ids come
 * again because a publisher repeated a send whose outcome was unknown, because a bridge did, or
 * because a message was delivered again after the word of its settlement was lost.
 *
 * <p>How far the promise goes depends on the store. {@link #inMemory} covers consumers of one
 * process that share it, as long as that process lives. A store in the database that the handler
 * writes to anyway covers crashes and several processes; handled once in the strict sense is a
 * message whose handler writes the id in the same transaction as its other work, where a unique
 * index refuses the second.
 *
 * <p>Use one store for each purpose: two services that share one would take messages from each
 * other. Must be thread-safe. Called on handler threads; may block. An exception of either method
 * counts as a failure of the message, as if the handler had thrown it.
 */
public interface DedupStore {
  /** Returns whether the message with an id was handled before. */
  boolean seen(String id) throws Exception;

  /**
   * Remembers that the message with an id was handled: its handler returned and did not give it
   * back, nack or reject it. Called before the runtime acknowledges the message.
   */
  void done(String id) throws Exception;

  /**
   * Makes a store that keeps the latest ids in the memory of this process.
   *
   * @param maxIds how many ids it keeps, 1 or more; the oldest goes first. About 150 bytes each
   */
  static DedupStore inMemory(int maxIds) {
    if (maxIds < 1) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, "maxIds must be at least 1, is " + maxIds);
    }
    return new MemoryDedupStore(maxIds);
  }
}
