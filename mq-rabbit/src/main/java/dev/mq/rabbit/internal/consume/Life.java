package dev.mq.rabbit.internal.consume;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.io.IOException;

/** One channel of a lane, from its opening to its end. */
final class Life extends DefaultConsumer {
  private final RabbitLane lane;
  private final long number;
  private final Settler settler;
  private final long maxWaitNanos;

  /** By the lane's thread only: whether the broker sends deliveries. */
  private boolean consuming;

  Life(RabbitLane lane, long number, Channel channel, String queue, long maxWaitNanos) {
    super(channel);
    this.lane = lane;
    this.number = number;
    this.maxWaitNanos = maxWaitNanos;
    this.settler = new Settler(channel, queue);
  }

  long number() {
    return number;
  }

  Settler settler() {
    return settler;
  }

  boolean isConsuming() {
    return consuming;
  }

  private interface Operation {
    void run() throws IOException;
  }

  /** Asks for deliveries; blocks for round trips. */
  void consume(String queue, String tag, int prefetch) throws IOException {
    betweenSettlements(
        () -> {
          getChannel().basicQos(prefetch);
          consuming = true;
          String unused = getChannel().basicConsume(queue, false, tag, this);
        });
  }

  /** Ends deliveries; those handed out stay leased. Blocks for a round trip. */
  void stopConsuming() throws IOException {
    betweenSettlements(
        () -> {
          consuming = false;
          getChannel().basicCancel(getConsumerTag());
        });
  }

  private void betweenSettlements(Operation operation) throws IOException {
    if (!settler.hold(maxWaitNanos)) {
      throw new IOException("settlements on their way were not answered");
    }
    try {
      operation.run();
    } finally {
      settler.release();
    }
  }

  @Override
  public void handleDelivery(
      String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
    lane.arrived(this, new Delivery(envelope, properties, body));
  }

  @Override
  public void handleCancel(String tag) {
    lane.cancelledByBroker(this);
  }
}
