package dev.mq.core.produce;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Receipt;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A send to several queues: ok when all have it, failed when certainly none has, else PARTIAL, which is an unknown outcome.
 * A queue deleted while the message was routed counts as not bound any more.
 */
final class FanOut implements PublishBatch {
  private final Send send;
  private final PublishTarget[] targets;
  private final BitSet open;
  private int stored;
  private int gone;
  private @Nullable MqException definite;
  private @Nullable MqException unknown;

  FanOut(Send send, PublishTarget[] targets) {
    this.send = send;
    this.targets = targets;
    this.open = new BitSet(targets.length);
    this.open.set(0, targets.length);
  }

  @Override
  public int size() {
    return targets.length;
  }

  @Override
  public PublishTarget target(int index) {
    return targets[index];
  }

  @Override
  public Message message(int index) {
    return send.message;
  }

  @Override
  public String destination(int index) {
    return send.producer.destination();
  }

  @Override
  public int partition(int index) {
    return NO_PARTITION;
  }

  @Override
  public void confirmed(int index, int toPartition, long offset) {
    settle(index, null, false);
  }

  @Override
  public void confirmedAll() {
    for (int i = 0; i < targets.length; i++) {
      settle(i, null, false);
    }
  }

  @Override
  public void unroutable(int index) {
    settle(index, null, true);
  }

  @Override
  public void failed(int index, Throwable error) {
    if (send.producer.isGone(targets[index], error)) {
      settle(index, null, true);
    } else {
      settle(index, send.producer.wrap(error), false);
    }
  }

  private void settle(int index, @Nullable MqException error, boolean isGone) {
    synchronized (this) {
      if (!open.get(index)) {
        return;
      }
      open.clear(index);
      if (isGone) {
        gone++;
      } else if (error == null) {
        stored++;
      } else if (error.isDefinite()) {
        definite = error;
      } else {
        unknown = error;
      }
      if (!open.isEmpty()) {
        return;
      }
    }
    finish();
  }

  private void finish() {
    MqException cause = unknown != null ? unknown : definite;
    if (cause == null && gone == targets.length) {
      send.producer.unroutable(send);
    } else if (cause == null) {
      send.complete(Receipt.routed(), null);
    } else if (unknown == null && stored == 0) {
      send.complete(null, cause);
    } else {
      String text = "publish " + send.producer.address() + ": " + stored + " of " + targets.length + " queues confirmed it";
      send.complete(null, new MqException(ErrorCode.PARTIAL, false, true, text, cause));
    }
  }
}
