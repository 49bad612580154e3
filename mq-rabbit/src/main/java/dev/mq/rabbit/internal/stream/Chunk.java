package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.ConsumerFlowStrategy;
import com.rabbitmq.stream.MessageHandler;
import dev.mq.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * The records of one chunk: filled by the thread of the client, emptied by the one that polls. The
 * broker may send one more chunk when half of this one was taken.
 */
final class Chunk implements ConsumerFlowStrategy.MessageProcessedCallback {
  private final ConsumerFlowStrategy.Context flow;
  private final long[] offsets;
  private final @Nullable Message[] messages;
  private final int expected;
  private long timestamp;
  private int ignored;

  /** How many are filled in; written last. */
  private volatile int filled;

  /** How many were taken; of the thread that polls. */
  private int taken;

  private boolean credited;

  Chunk(ConsumerFlowStrategy.Context flow) {
    this.flow = flow;
    this.expected = (int) flow.messageCount();
    this.offsets = new long[expected];
    this.messages = new Message[expected];
  }

  /** Called for records below the wanted offset, which the client passes over. */
  @Override
  public void processed(MessageHandler.Context context) {
    ignore();
  }

  /** One record is not to be handed out. */
  void ignore() {
    ignored++;
    if (ignored == expected) {
      credit();
    }
  }

  void add(long offset, long timestampMillis, Message message) {
    int i = filled;
    if (i == 0) {
      timestamp = timestampMillis;
    }
    offsets[i] = offset;
    messages[i] = message;
    filled = i + 1;
  }

  /** Returns whether there is a record to take now. */
  boolean hasNext() {
    return taken < filled;
  }

  long offset() {
    return offsets[taken];
  }

  long timestamp() {
    return timestamp;
  }

  Message take() {
    Message m = messages[taken];
    messages[taken] = null;
    taken++;
    if (!credited && taken * 2 >= expected - ignoredSoFar()) {
      credited = true;
      credit();
    }
    if (m == null) {
      throw new IllegalStateException("taken twice");
    }
    return m;
  }

  /** Ignored ones come before all others, so this is final once a record was filled in. */
  private int ignoredSoFar() {
    return ignored;
  }

  boolean isDone() {
    return taken + ignored >= expected;
  }

  private void credit() {
    flow.credits(1);
  }
}
