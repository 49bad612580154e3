package dev.mq.rabbit.internal.publish;

import com.rabbitmq.client.Channel;
import dev.mq.api.ErrorCode;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.Link;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.rabbit.internal.wire.RabbitWire;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendLog;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes: to queues and exchanges over a channel in confirm mode, one at a time, and to logs
 * over an appender made when first needed. Used by one thread at a time.
 */
public final class RabbitPublisher implements PublishChannel {
  /** How long the broker may take to say that a channel is closed. */
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final Connections connections;
  private final Supplier<StreamAppender> appenders;
  private final TimeSource time;
  private final RabbitWire wire;
  private final int maxBodyBytes;
  private final long blockedNanos;
  private final Stall stall;

  /** Exchanges that ended a channel: looked for before the next publish. */
  private final Set<String> suspects = new HashSet<>();

  private @Nullable ConfirmChannel confirms;
  private @Nullable StreamAppender appender;
  private boolean closed;

  /** Creates a publisher; connects when that was not done before. */
  public RabbitPublisher(Connections connections, Supplier<StreamAppender> appenders) {
    BackendConfig config = connections.context().config();
    this.connections = connections;
    this.appenders = appenders;
    this.time = connections.context().time();
    this.wire = new RabbitWire(config.get(RabbitKeys.EXPIRY_GRACE));
    this.maxBodyBytes = config.get(RabbitKeys.MAX_BODY_BYTES).intValue();
    this.blockedNanos = config.get(RabbitKeys.BLOCKED_TIMEOUT).toNanos();
    this.stall =
        new Stall(
            connections,
            config.get(RabbitKeys.CONFIRM_TIMEOUT),
            config.get(RabbitKeys.BLOCKED_TIMEOUT));
  }

  @Override
  public void publish(PublishBatch batch) {
    // After the last message is handed over the batch may be answered and in use again.
    int size = batch.size();
    long now = time.now().toEpochMilli();
    Throwable ended = null;
    for (int i = 0; i < size; i++) {
      try {
        PublishTarget target = batch.target(i);
        if (ended != null) {
          batch.failed(i, ended);
        } else if (target instanceof BackendLog) {
          appender().append(batch, i);
        } else if (target instanceof AmqpTarget amqp) {
          awaitFlow();
          checkSize(batch, i);
          checkExchange(amqp);
          confirms().publish(batch, i, amqp, now);
        } else {
          throw new MqException(
              ErrorCode.INVALID_ARGUMENT, "publish " + target.name() + ": is of another backend");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        batch.failed(i, e);
        ended = e;
      } catch (RuntimeException e) {
        batch.failed(i, e);
        if (e instanceof MqException mq && mq.code() == ErrorCode.BACKPRESSURE) {
          ended = e;
        }
      }
    }
  }

  /** Waits while the broker takes no messages: what is written meanwhile blocks the thread. */
  private void awaitFlow() throws InterruptedException {
    Link link = connections.publishing();
    String by = link.blockedBy();
    if (by != null && !link.awaitUnblocked(blockedNanos)) {
      throw Link.blocked("publish", by);
    }
  }

  private void checkSize(PublishBatch batch, int i) {
    int bytes = batch.message(i).bodyBytes();
    if (bytes > maxBodyBytes) {
      throw new MessageTooLargeException(
          "publish "
              + batch.target(i).name()
              + ": the body has "
              + bytes
              + " bytes, at most "
              + maxBodyBytes
              + " are accepted");
    }
  }

  private void checkExchange(AmqpTarget target) {
    ConfirmChannel known = confirms;
    if (known != null && !known.isOpen() && !known.missingExchange().isEmpty()) {
      suspects.add(known.missingExchange());
      confirms = null;
    }
    if (suspects.isEmpty()) {
      return;
    }
    String exchange = ConfirmChannel.exchange(target);
    if (suspects.contains(exchange)) {
      connections
          .control()
          .run("publish exchange:" + exchange, c -> c.exchangeDeclarePassive(exchange));
      suspects.remove(exchange);
    }
  }

  private ConfirmChannel confirms() {
    ConfirmChannel known = confirms;
    if (known != null && known.isOpen()) {
      return known;
    }
    if (closed) {
      throw new MqException(ErrorCode.CLOSED, "publish: the publisher is closed");
    }
    Channel channel = connections.publishing().openChannel();
    try {
      ConfirmChannel fresh = new ConfirmChannel(channel, wire);
      connections.publishing().awaitReader();
      confirms = fresh;
      stall.watch(fresh);
      return fresh;
    } catch (MqException e) {
      connections.abort(channel);
      throw e;
    } catch (IOException | RuntimeException e) {
      connections.abort(channel);
      throw RabbitErrors.down("open publisher: " + RabbitErrors.text(e), e);
    }
  }

  private StreamAppender appender() {
    StreamAppender known = appender;
    if (known == null) {
      if (closed) {
        throw new MqException(ErrorCode.CLOSED, "append: the publisher is closed");
      }
      known = appenders.get();
      appender = known;
    }
    return known;
  }

  @Override
  public void flush() {
    StreamAppender known = appender;
    if (known != null) {
      known.flush();
    }
  }

  @Override
  public void close(Duration timeout) {
    closed = true;
    StreamAppender logs = appender;
    if (logs != null) {
      logs.close(timeout);
    }
    ConfirmChannel last = confirms;
    if (last != null) {
      stall.forget();
      connections.atOnce(timeout.compareTo(CLOSING) < 0 ? timeout : CLOSING, last::close);
      last.abandon();
    }
  }
}
