package dev.mq.examples.pipeline.sabotage;

import dev.mq.spi.BackendQueue;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Breaks one message and leaves all others alone: a broker that fails rarely is the one that is
 * hard to catch.
 */
final class SabotagedChannel implements PublishChannel {
  private final PublishChannel engine;
  private final Sabotage mode;
  private @Nullable PublishTarget firstQueue;
  private boolean done;

  SabotagedChannel(PublishChannel engine, Sabotage mode) {
    this.engine = engine;
    this.mode = mode;
  }

  @Override
  public void publish(PublishBatch batch) {
    PublishBatch altered = done ? batch : altered(batch);
    if (altered.size() > 0) {
      engine.publish(altered);
    }
  }

  private PublishBatch altered(PublishBatch batch) {
    return switch (mode) {
      case LOSE -> {
        done = true;
        batch.confirmed(0, batch.partition(0), PublishBatch.NO_OFFSET);
        yield AlteredBatch.without(batch, 0);
      }
      case DUPLICATE -> {
        done = true;
        yield AlteredBatch.twice(batch, 0);
      }
      case MISROUTE -> misrouted(batch);
    };
  }

  /** Sends the first message for a second queue to the first queue seen. */
  private PublishBatch misrouted(PublishBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.target(i) instanceof BackendQueue queue) {
        if (firstQueue == null) {
          firstQueue = queue;
        } else if (!queue.name().equals(firstQueue.name())) {
          done = true;
          return AlteredBatch.redirected(batch, i, firstQueue);
        }
      }
    }
    return batch;
  }

  @Override
  public void flush() {
    engine.flush();
  }

  @Override
  public void close(Duration timeout) {
    engine.close(timeout);
  }
}
