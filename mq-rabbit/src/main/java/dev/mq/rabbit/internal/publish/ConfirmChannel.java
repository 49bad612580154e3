package dev.mq.rabbit.internal.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.wire.RabbitWire;
import dev.mq.spi.PublishBatch;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One channel in confirm mode, and what is open on it. Its next life is another object with a ring
 * of its own: the broker counts from one again.
 *
 * <p>The client is not told to count: it would keep every open number in a sorted set. The broker
 * counts publishes in the order in which they reach it, which is the order of the numbers here,
 * because one thread at a time publishes.
 *
 * <p>A return names no number. The broker sends returns in the order of the publishes, and each
 * before the confirm of its message, so it belongs to the first open message after the last
 * returned one that has its exchange, routing key and id.
 */
final class ConfirmChannel {
  private static final ConfirmRing.Answer CONFIRMED =
      (b, i) -> b.confirmed(i, PublishBatch.NO_PARTITION, PublishBatch.NO_OFFSET);

  private final Channel channel;
  private final RabbitWire wire;
  private final ConfirmRing ring = new ConfirmRing();

  /** The number of the message that is being written, or 0. */
  private final AtomicLong writing = new AtomicLong();

  /** By the thread of the connection only. */
  private long lastReturned;

  /** The exchange that the broker said is missing, once the channel has ended for it. */
  private volatile String missingExchange = "";

  ConfirmChannel(Channel channel, RabbitWire wire) throws IOException {
    this.channel = channel;
    this.wire = wire;
    channel.addConfirmListener(
        (tag, multiple) -> ring.answer(tag, multiple, CONFIRMED), this::refused);
    channel.addReturnListener(this::returned);
    Object unused = channel.rpc(new AMQP.Confirm.Select.Builder().build());
    channel.addShutdownListener(this::ended);
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  ConfirmRing ring() {
    return ring;
  }

  /** Returns the number of the message that a thread is writing now, or 0. */
  long writing() {
    return writing.get();
  }

  String missingExchange() {
    return missingExchange;
  }

  /** Sends one message; it is answered once, perhaps inside the call. */
  void publish(PublishBatch batch, int index, AmqpTarget target, long nowMillis) {
    Message message = batch.message(index);
    boolean toQueue = target instanceof AmqpTarget.Queue;
    BasicProperties properties = wire.properties(message, toQueue, nowMillis);
    long sequence = ring.add(batch, index);
    if (sequence == 0) {
      batch.failed(index, RabbitErrors.down("publish: the channel is closed", null));
      return;
    }
    writing.setRelease(sequence);
    try {
      channel.basicPublish(
          exchange(target),
          routingKey(target, message),
          true,
          properties,
          RabbitWire.body(message));
    } catch (AlreadyClosedException e) {
      notSent(batch, index, sequence, RabbitErrors.down("publish: " + RabbitErrors.text(e), e));
    } catch (IllegalArgumentException e) {
      notSent(batch, index, sequence, unencodable(e));
    } catch (IOException | RuntimeException e) {
      MqException error = RabbitErrors.unknown("no confirm: " + e, e);
      ring.answer(sequence, false, (b, i) -> b.failed(i, error));
    } finally {
      writing.setRelease(0);
    }
  }

  static String exchange(AmqpTarget target) {
    return target instanceof AmqpTarget.Exchange e ? e.name() : "";
  }

  private static String routingKey(AmqpTarget target, Message message) {
    return target instanceof AmqpTarget.Queue q ? q.name() : message.routingKey();
  }

  private void notSent(PublishBatch batch, int index, long sequence, MqException error) {
    if (ring.takeBack(sequence)) {
      batch.failed(index, error);
    }
  }

  private static MqException unencodable(IllegalArgumentException e) {
    return RabbitErrors.classify(e).code() == ErrorCode.TOO_LARGE
        ? new MessageTooLargeException("the headers do not fit into one frame", e)
        : new MqException(ErrorCode.ENCODE, "cannot be written: " + e.getMessage(), e);
  }

  /** A queue was full. Behind an exchange there may be others that took it. */
  private void refused(long tag, boolean multiple) {
    ring.answer(tag, multiple, ConfirmChannel::refuse);
  }

  private static void refuse(PublishBatch batch, int index) {
    boolean alone = batch.target(index) instanceof AmqpTarget.Queue;
    batch.failed(
        index,
        new MqException(
            alone ? ErrorCode.QUEUE_FULL : ErrorCode.PARTIAL,
            alone,
            true,
            "publish "
                + batch.target(index).name()
                + (alone ? ": refused, the queue is full" : ": refused by a queue that is full"),
            null));
  }

  private void returned(Return r) {
    ConfirmRing.Matcher matcher = (b, i) -> matches(r, b, i);
    long sequence = ring.find(lastReturned + 1, matcher);
    if (sequence == 0) {
      sequence = ring.find(0, matcher);
    }
    if (sequence != 0) {
      lastReturned = sequence;
      ring.answer(sequence, false, PublishBatch::unroutable);
    }
  }

  private static boolean matches(Return r, PublishBatch batch, int index) {
    Message message = batch.message(index);
    return batch.target(index) instanceof AmqpTarget target
        && message.id().equals(r.getProperties().getMessageId())
        && routingKey(target, message).equals(r.getRoutingKey())
        && exchange(target).equals(r.getExchange());
  }

  /**
   * Nothing says which of the open messages the broker still took. One is certain: when an exchange
   * is missing and a single open message is for it, that one ended the channel.
   */
  private void ended(ShutdownSignalException cause) {
    String text = RabbitErrors.text(cause);
    if (RabbitErrors.channelCode(cause) == AMQP.NOT_FOUND) {
      missing(cause, text);
    }
    MqException error = RabbitErrors.unknown("no confirm: " + text, cause);
    ring.end((b, i) -> b.failed(i, error));
  }

  private void missing(ShutdownSignalException cause, String text) {
    ConfirmRing.Matcher itsExchange =
        (b, i) ->
            b.target(i) instanceof AmqpTarget.Exchange e
                && text.contains("no exchange '" + e.name() + "' in vhost");
    long first = ring.find(0, itsExchange);
    if (first != 0) {
      ring.answer(
          ring.find(first + 1, itsExchange) == 0 ? first : 0,
          false,
          (b, i) -> b.failed(i, new NotFoundException(text, cause)));
      int start = text.indexOf('\'') + 1;
      missingExchange = text.substring(start, text.indexOf("' in vhost", start));
    }
  }

  /** Ends the channel; what is open is unknown. May block for a round trip. */
  void close() {
    try {
      channel.abort();
    } catch (IOException | RuntimeException e) {
      abandon();
    }
  }

  /** Answers what is open as unknown, and takes nothing more. */
  void abandon() {
    MqException error = RabbitErrors.unknown("no confirm: the publisher was closed", null);
    ring.end((b, i) -> b.failed(i, error));
  }
}
