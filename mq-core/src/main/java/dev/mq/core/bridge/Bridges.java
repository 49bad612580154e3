package dev.mq.core.bridge;

import static java.util.Objects.requireNonNull;

import dev.mq.api.AckMode;
import dev.mq.api.Bridge;
import dev.mq.api.BridgeBuilder;
import dev.mq.api.CommitMode;
import dev.mq.api.ConfigException;
import dev.mq.api.Consumer;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Failure;
import dev.mq.api.GroupBuilder;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.Retry;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds bridges. Retry, settlement and commits are those of the consumers: what a bridge adds is a
 * handler that returns when the destination has everything.
 */
public final class Bridges implements BridgeBuilder {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final BridgeEvents events;
  private final Function<Mover, Consumer> source;
  private @Nullable ProducerBuilder destination;
  private @Nullable Destination deadLetter;
  private Function<? super Message, @Nullable Message> transform = m -> m;
  private int batch = 100;
  private boolean skip;

  private Bridges(BridgeEvents events, Function<Mover, Consumer> source) {
    this.events = events;
    this.source = source;
  }

  /** Returns a builder of a bridge from a log. */
  public static BridgeBuilder fromLog(GroupBuilder<byte[]> source, BridgeEvents events) {
    return new Bridges(
        events,
        mover ->
            source
                .commit(CommitMode.afterBatch())
                .batchSize(mover.batch())
                .onFailure(Failure.retryForever(FIRST, LONGEST))
                .startBatch(new LogMove(mover)));
  }

  /** Returns a builder of a bridge from a queue. */
  public static BridgeBuilder fromQueue(ConsumerBuilder<byte[]> source, BridgeEvents events) {
    return new Bridges(
        events,
        mover ->
            source
                .ackMode(AckMode.ON_RETURN)
                .retry(Retry.inPlace(FIRST, LONGEST))
                .startBatch(mover.batch(), new QueueMove(mover)));
  }

  @Override
  public BridgeBuilder to(Destination destination) {
    return to(requireNonNull(destination, "destination").producer());
  }

  @Override
  public BridgeBuilder to(ProducerBuilder destination) {
    this.destination = requireNonNull(destination, "destination");
    return this;
  }

  @Override
  public BridgeBuilder transform(Function<? super Message, @Nullable Message> transform) {
    this.transform = requireNonNull(transform, "transform");
    return this;
  }

  @Override
  public BridgeBuilder batch(int messages) {
    if (messages < 1) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, "batch must be at least 1, is " + messages);
    }
    this.batch = messages;
    return this;
  }

  @Override
  public BridgeBuilder skipUnpublishable() {
    this.skip = true;
    this.deadLetter = null;
    return this;
  }

  @Override
  public BridgeBuilder deadLetter(Destination destination) {
    this.deadLetter = requireNonNull(destination, "destination");
    this.skip = false;
    return this;
  }

  @Override
  public Bridge start() {
    ProducerBuilder to = destination;
    if (to == null) {
      throw new ConfigException("bridge: no destination was set");
    }
    Producer producer = to.open();
    Producer dead = null;
    try {
      dead = deadLetter == null ? null : deadLetter.producer().open();
      Mover mover = new Mover(events, producer, dead, transform, batch, skip);
      return new BridgeImpl(mover, source.apply(mover));
    } catch (RuntimeException e) {
      producer.close();
      if (dead != null) {
        dead.close();
      }
      throw e;
    }
  }
}
