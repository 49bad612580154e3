package dev.mq.rabbit.internal.stream;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * One channel with the leases of a member on it, for as long as it lives. What the client tells is
 * put into a queue of the one thread that works here; that thread may wait for the broker.
 */
final class LeaseChannel {
  private static final String REPLIES = "amq.rabbitmq.reply-to";
  private static final int PREFETCH = 200;

  private static final String KIND = "kind";
  private static final String EPOCH = "epoch";
  private static final String NEXT = "next";
  private static final String BY = "by";
  private static final String TO = "to";
  private static final String HAVE = "have";

  /** What members ask each other. */
  enum Kind {
    TOKEN,
    /** Asks the owner for the committed position. */
    ASK,
    /** Asks the owner for the partition itself. */
    WANT
  }

  /** What comes in besides tokens. Called on the working thread. */
  interface Handler {
    /** Somebody asks the owner of a partition; the answer goes to {@link #reply}. */
    void asked(int partition, Kind kind, String from, long have, long tag, AMQP.BasicProperties p);

    /** An answer came. */
    void replied(String correlation, long value);

    /** The channel is gone. */
    void gone(MqException why);
  }

  private final Channel channel;
  private final String self;
  private final BlockingQueue<Runnable> tasks;
  private final Handler handler;
  private final String life = UUID.randomUUID().toString();
  private final Map<Integer, Line> lines = new HashMap<>();

  LeaseChannel(Channel channel, String self, BlockingQueue<Runnable> tasks, Handler handler)
      throws IOException {
    this.channel = channel;
    this.self = self;
    this.tasks = tasks;
    this.handler = handler;
    channel.basicQos(PREFETCH);
    // A quorum queue without a leader, as after a restart, refuses what is published to it. Without
    // confirms nobody is told, and a lease would wait for its own message for ever.
    channel.confirmSelect();
    channel.addConfirmListener((tag, multiple) -> {}, (tag, multiple) -> tasks.add(this::abort));
    channel.addShutdownListener(
        cause ->
            tasks.add(
                () ->
                    handler.gone(
                        RabbitErrors.unknown(
                            "lease: the channel ended: " + RabbitErrors.text(cause), cause))));
    channel.basicConsume(
        REPLIES,
        true,
        new DefaultConsumer(channel) {
          @Override
          public void handleDelivery(String tag, Envelope e, AMQP.BasicProperties p, byte[] body) {
            long value = number(p.getHeaders(), NEXT);
            tasks.add(() -> handler.replied(String.valueOf(p.getCorrelationId()), value));
          }
        });
  }

  Channel channel() {
    return channel;
  }

  /** The place of a lease in the line of one token queue. */
  private final class Line extends DefaultConsumer implements Lease.Port {
    final int partition;
    final String queue;
    @Nullable Lease lease;

    /** The tag under which it is in line; by the thread that works. */
    private String inLine = "";

    private int turns;

    Line(int partition, String queue) {
      super(channel);
      this.partition = partition;
      this.queue = queue;
    }

    @Override
    public void handleDelivery(String tag, Envelope e, AMQP.BasicProperties p, byte[] body) {
      tasks.add(() -> delivered(tag, e.getDeliveryTag(), p));
    }

    private void delivered(String consumer, long tag, AMQP.BasicProperties p) {
      if (!consumer.equals(inLine)) {
        // It was under way when this member stepped back: it is for those who were behind.
        io(() -> channel.basicNack(tag, false, true));
        return;
      }
      Map<String, Object> h = p.getHeaders();
      Kind kind = h == null ? null : kind(String.valueOf(h.get(KIND)));
      Lease l = lease;
      if (kind == null || l == null) {
        ack(tag); // Not written by us.
      } else if (kind == Kind.TOKEN) {
        Object to = h.get(TO);
        l.delivered(
            tag,
            new Token(
                number(h, EPOCH),
                number(h, NEXT),
                String.valueOf(h.get(BY)),
                to == null ? null : to.toString()));
      } else {
        handler.asked(partition, kind, String.valueOf(h.get(BY)), number(h, HAVE), tag, p);
      }
    }

    @Override
    public void handleCancel(String tag) {
      tasks.add(() -> abort());
    }

    @Override
    public void publish(Token t) {
      Map<String, Object> h = new HashMap<>();
      h.put(KIND, Kind.TOKEN.name());
      h.put(EPOCH, t.epoch());
      h.put(NEXT, t.next());
      h.put(BY, t.by());
      if (t.to() != null) {
        h.put(TO, t.to());
      }
      send(queue, new AMQP.BasicProperties.Builder().deliveryMode(2).headers(h).build());
    }

    @Override
    public void ack(long tag) {
      io(() -> channel.basicAck(tag, false));
    }

    /** Gets in line, as the last. */
    void consume() throws IOException {
      inLine = life + "-" + partition + "-" + ++turns;
      channel.basicConsume(queue, false, inLine, this);
    }

    /** Cancel and return go out together, so that nobody is first in line without the token. */
    @Override
    public void giveBack(List<Long> tags) {
      io(
          () -> {
            var cancelled =
                channel.asyncCompletableRpc(
                    new AMQP.Basic.Cancel.Builder().consumerTag(inLine).build());
            for (long tag : tags) {
              channel.basicNack(tag, false, true);
            }
            cancelled.join();
            consume();
          });
    }
  }

  private static @Nullable Kind kind(String text) {
    for (Kind k : Kind.values()) {
      if (k.name().equals(text)) {
        return k;
      }
    }
    return null;
  }

  private static long number(@Nullable Map<String, Object> h, String name) {
    return h != null && h.get(name) instanceof Number n ? n.longValue() : Token.NO_COMMIT;
  }

  /** Joins the line of a token queue. */
  Lease join(int partition, String queue, Lease.Owner owner, boolean makesToken, long initial)
      throws IOException {
    Line line = new Line(partition, queue);
    Lease lease = new Lease(self, life, line, owner, makesToken, initial);
    line.lease = lease;
    lines.put(partition, line);
    line.consume();
    lease.start();
    return lease;
  }

  /** Asks the owner of a partition. */
  void ask(String queue, Kind kind, long have, String correlation) {
    Map<String, Object> h = Map.of(KIND, kind.name(), BY, self, HAVE, have);
    AMQP.BasicProperties p =
        new AMQP.BasicProperties.Builder()
            .headers(h)
            .replyTo(REPLIES)
            .correlationId(correlation)
            .build();
    io(() -> channel.basicPublish("", queue, true, p, new byte[0]));
  }

  /** Answers what was asked. */
  void reply(AMQP.BasicProperties asked, long value) {
    String to = asked.getReplyTo();
    if (to != null) {
      send(
          to,
          new AMQP.BasicProperties.Builder()
              .headers(Map.of(NEXT, value))
              .correlationId(asked.getCorrelationId())
              .build());
    }
  }

  void ack(long tag) {
    io(() -> channel.basicAck(tag, false));
  }

  private void send(String queue, AMQP.BasicProperties p) {
    io(() -> channel.basicPublish("", queue, p, new byte[0]));
  }

  private interface Io {
    void run() throws IOException;
  }

  /** What fails because the channel is gone is told by its end. */
  private void io(Io body) {
    try {
      body.run();
    } catch (IOException | AlreadyClosedException | java.util.concurrent.CompletionException e) {
      if (channel.isOpen()) {
        abort();
      }
    }
  }

  /** Ends the channel; its end is told to the handler. */
  void abort() {
    Pipeline.abort(channel);
  }
}
