package dev.mq.rabbit.internal.stream;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Command;
import com.rabbitmq.client.Method;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Positions;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;

/** The groups of logs: their token queues, and what others than members want. Thread-safe. */
final class LogGroups {
  private final Connections connections;
  private final Pipeline pipeline;
  private final LogRegister register;

  LogGroups(Connections connections, Pipeline pipeline, LogRegister register) {
    this.connections = connections;
    this.pipeline = pipeline;
    this.register = register;
  }

  /**
   * What a member starts from.
   *
   * @param existed whether the group was there before
   */
  record Joined(StreamLog log, String group, String self, boolean existed, int partitions) {}

  TimeSource time() {
    return connections.context().time();
  }

  /** Opens a channel for leases; one that does not get ready is not left open. */
  LeaseChannel open(String self, BlockingQueue<Runnable> tasks, LeaseChannel.Handler handler)
      throws IOException {
    Channel channel = connections.leases().openChannel();
    try {
      return new LeaseChannel(channel, self, tasks, handler);
    } catch (IOException | RuntimeException e) {
      connections.abort(channel);
      throw e;
    }
  }

  Thread thread(Runnable body) {
    return connections.context().threads("rabbit-lease").newThread(body);
  }

  /** Makes the token queues of a group. */
  Joined join(StreamLog log, String group) {
    int partitions = log.partitions();
    List<Method> declares = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      declares.add(declare(StreamNames.tokens(group, log.stream(p))));
    }
    List<Command> answers = pipeline.run("join group " + group + " of log:" + log.name(), declares);
    boolean existed =
        answers.get(0).getMethod() instanceof AMQP.Queue.DeclareOk ok
            && ok.getMessageCount() + ok.getConsumerCount() > 0;
    if (!existed) {
      register.group(log.name(), group);
      connections.newQueues().made();
      connections.newQueues().await();
    }
    return new Joined(log, group, UUID.randomUUID().toString(), existed, partitions);
  }

  /** Makes the token queue of a partition that was added. */
  void declare(StreamLog log, String group, int partition) {
    pipeline.run(
        "join group " + group + " of log:" + log.name(),
        List.of(declare(StreamNames.tokens(group, log.stream(partition)))));
  }

  /** A token must not end, however often it is returned. */
  private Method declare(String queue) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("x-queue-type", "quorum");
    arguments.put("x-single-active-consumer", true);
    if (connections.server().atLeast(4, 0)) {
      // Older ones know no limit by default, and take this value for a limit of none at all.
      arguments.put("x-delivery-limit", -1);
    }
    return new AMQP.Queue.Declare.Builder().queue(queue).durable(true).arguments(arguments).build();
  }

  MqException failed(StreamLog log, Exception e) {
    if (e instanceof MqException mq) {
      return mq;
    }
    ErrorClass c = RabbitErrors.classify(e);
    String text = "group of log:" + log.name() + ": " + RabbitErrors.text(e);
    return switch (c.code()) {
      case NOT_FOUND -> new NotFoundException(text);
      case AUTHORIZATION -> new MqException(c.code(), text, e);
      default -> RabbitErrors.down(text, e);
    };
  }

  /** Returns what a group committed; partitions without a commit are absent. */
  Positions committed(StreamLog log, String group) {
    try (GroupVisit visit = new GroupVisit(this, log, group, false)) {
      return visit.committed();
    }
  }

  /** Sets what a group committed, unless it has a member. */
  void reset(StreamLog log, String group, Positions positions) {
    join(log, group);
    try (GroupVisit visit = new GroupVisit(this, log, group, true)) {
      visit.reset(positions);
    }
  }
}
