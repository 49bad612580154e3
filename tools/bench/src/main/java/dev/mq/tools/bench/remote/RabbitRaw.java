package dev.mq.tools.bench.remote;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** What a program does that uses RabbitMQ's client itself and is tuned by hand. */
final class RabbitRaw {
  private RabbitRaw() {}

  static Connection connect(String uri) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(uri);
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  /** Publishes persistent and mandatory with asynchronous confirms and a window. */
  static final class Publish implements RemoteArm {
    private static final int PERMITS_AT_ONCE = 50;

    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final int window;
    private final Semaphore room;
    private final Bodies bodies;
    private final AtomicBoolean failed = new AtomicBoolean();
    private long answered;

    Publish(String uri, String queue, int window, Bodies bodies) throws Exception {
      this.connection = connect(uri);
      this.channel = connection.createChannel();
      this.queue = queue;
      this.window = window;
      this.room = new Semaphore(window);
      this.bodies = bodies;
      channel.confirmSelect();
      channel.addReturnListener(r -> failed.set(true));
      channel.addConfirmListener(this::acked, (tag, multiple) -> failed.set(true));
    }

    /** On one queue confirms come in order, so what is answered is a count. */
    private void acked(long tag, boolean multiple) {
      int now = multiple ? (int) (tag - answered) : 1;
      answered += now;
      room.release(now);
    }

    @Override
    public Cost run(int count) throws Exception {
      BasicProperties persistent = MessageProperties.PERSISTENT_BASIC;
      Cost start = Cost.now();
      int permits = 0;
      for (int i = 0; i < count; i++) {
        if (permits == 0) {
          permits = Math.min(PERMITS_AT_ONCE, count - i);
          room.acquire(permits);
        }
        permits--;
        channel.basicPublish("", queue, true, persistent, bodies.body(i));
      }
      room.acquire(window);
      Cost cost = start.spent();
      room.release(window);
      if (failed.get()) {
        throw new IOException("a message was returned or refused");
      }
      return cost;
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  /** Takes with a prefetch of 500 and acknowledges every 50 together. */
  static final class Consume implements RemoteArm {
    private static final int PREFETCH = 500;
    private static final int ACK_EVERY = 50;

    private final Connection connection;
    private final String queue;
    private final RemoteArm filler;

    Consume(String uri, String queue, RemoteArm filler) throws Exception {
      this.connection = connect(uri);
      this.queue = queue;
      this.filler = filler;
    }

    @Override
    public Cost run(int count) throws Exception {
      filler.run(count);
      AtomicReference<Cost> start = new AtomicReference<>();
      CountDownLatch done = new CountDownLatch(1);
      try (Channel channel = connection.createChannel()) {
        channel.basicQos(PREFETCH);
        channel.basicConsume(
            queue,
            false,
            new DefaultConsumer(channel) {
              private int taken;
              private long bytes;

              @Override
              public void handleDelivery(
                  String consumerTag, Envelope envelope, BasicProperties properties, byte[] body)
                  throws IOException {
                if (taken == 0) {
                  start.set(Cost.now());
                }
                bytes += body.length;
                taken++;
                if (taken % ACK_EVERY == 0 || taken == count) {
                  channel.basicAck(envelope.getDeliveryTag(), true);
                }
                if (taken == count && bytes > 0) {
                  done.countDown();
                }
              }
            });
        done.await();
        Cost first = start.get();
        if (first == null) {
          throw new IOException("nothing was delivered");
        }
        return first.spent();
      }
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }
}
