package dev.mq.rabbit.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.Control;
import dev.mq.rabbit.internal.connect.NewQueues;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.rabbit.internal.connect.ServerVersion;
import dev.mq.rabbit.internal.consume.RabbitLane;
import dev.mq.rabbit.internal.publish.AmqpTarget;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.util.HashMap;
import java.util.Map;

/** The queues of RabbitMQ. Thread-safe. */
final class RabbitQueues implements QueueDriver {
  /** The longest time to live that a broker takes, in milliseconds. */
  private static final long MAX_TTL = 4_294_967_295L;

  private static final String DELIVERY_LIMIT = "x-delivery-limit";

  /** What newer brokers give to quorum queues that say nothing. */
  private static final int DEFAULT_DELIVERY_LIMIT = 20;

  private final Connections connections;
  private final Control control;
  private final Ephemeral ephemeral;
  private final RabbitKeys.QueueType type;
  private final NewQueues fresh;

  RabbitQueues(Connections connections, Ephemeral ephemeral) {
    this.connections = connections;
    this.control = connections.control();
    this.ephemeral = ephemeral;
    this.fresh = connections.newQueues();
    this.type = connections.context().config().get(RabbitKeys.QUEUE_TYPE);
  }

  /** Ours have no limit, but a queue that was made by somebody else may have the default one. */
  @Override
  public QueueTraits traits() {
    return new QueueTraits(false, server().atLeast(4, 0) ? DEFAULT_DELIVERY_LIMIT : 0);
  }

  private ServerVersion server() {
    return connections.server();
  }

  private boolean isQuorum(QueueSpec spec) {
    return type == RabbitKeys.QueueType.QUORUM
        && spec.durable()
        && !spec.exclusive()
        && !spec.temporary()
        && (spec.maxPriority() == 0 || server().atLeast(4, 3));
  }

  private Map<String, Object> arguments(QueueSpec spec) {
    Map<String, Object> a = new HashMap<>();
    boolean quorum = isQuorum(spec);
    a.put("x-queue-type", quorum ? "quorum" : "classic");
    if (quorum && server().atLeast(4, 0)) {
      a.put(DELIVERY_LIMIT, -1);
    }
    if (spec.timeToLive() != null) {
      long millis = spec.timeToLive().toMillis();
      if (millis > MAX_TTL) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT,
            "declare " + spec + ": RabbitMQ takes at most " + MAX_TTL + " ms");
      }
      a.put("x-message-ttl", millis);
    }
    if (spec.maxLength() > 0) {
      a.put("x-max-length", spec.maxLength());
      a.put(
          "x-overflow",
          spec.overflow() == Overflow.REJECT_PUBLISH ? "reject-publish" : "drop-head");
    }
    if (spec.maxPriority() > 0 && !quorum) {
      a.put("x-max-priority", spec.maxPriority());
    }
    if (spec.singleActiveConsumer()) {
      a.put("x-single-active-consumer", true);
    }
    return a;
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    Map<String, Object> arguments = arguments(spec);
    // Newer brokers refuse queues that are neither durable nor exclusive.
    boolean durable = spec.durable() || (!spec.exclusive() && server().atLeast(4, 3));
    boolean isNew = isQuorum(spec) && !exists(spec.name());
    Conflicts.declare("queue '" + spec.name() + "'", () -> declare(spec, durable, arguments));
    if (isNew) {
      fresh.made();
    }
    if (spec.exclusive() || spec.temporary() || !durable) {
      ephemeral.declared(spec.name(), durable, spec.exclusive(), spec.temporary(), arguments);
    }
    return new AmqpTarget.Queue(spec.name());
  }

  @Override
  public void declared() {
    fresh.await();
  }

  private boolean exists(String name) {
    try {
      control.run("declare queue:" + name, c -> c.queueDeclarePassive(name));
      return true;
    } catch (NotFoundException e) {
      return false;
    } catch (MqException e) {
      if (e.code() == ErrorCode.OWNED_BY_OTHER) {
        return true;
      }
      throw e;
    }
  }

  private Object declare(QueueSpec spec, boolean durable, Map<String, Object> arguments) {
    String what = "declare queue:" + spec.name();
    try {
      return control.call(
          what,
          c -> c.queueDeclare(spec.name(), durable, spec.exclusive(), spec.temporary(), arguments));
    } catch (MqException e) {
      // Made before the broker was upgraded: it has the default limit, which the traits tell.
      if (e.code() != ErrorCode.CONFLICT
          || !arguments.containsKey(DELIVERY_LIMIT)
          || !Conflicts.property(e).equals(DELIVERY_LIMIT)) {
        throw e;
      }
      Map<String, Object> without = new HashMap<>(arguments);
      without.remove(DELIVERY_LIMIT);
      return control.call(what, c -> c.queueDeclare(spec.name(), true, false, false, without));
    }
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    // One that is owned by another connection is there, and publishing to it is open to everybody.
    if (!exists(name)) {
      throw new NotFoundException("open queue:" + name + ": there is no such queue");
    }
    return new AmqpTarget.Queue(name);
  }

  @Override
  public void delete(String name, String incarnation) {
    control.run("delete queue:" + name, c -> c.queueDelete(name));
    ephemeral.forget(name);
  }

  @Override
  public long depth(BackendQueue queue) {
    return control.call("depth of queue:" + queue.name(), c -> c.messageCount(queue.name()));
  }

  @Override
  public long purge(BackendQueue queue) {
    return control.call(
        "purge queue:" + queue.name(), c -> c.queuePurge(queue.name()).getMessageCount());
  }

  @Override
  public QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
    return RabbitLane.subscribe(
        connections,
        queue.name(),
        options,
        listener,
        channel -> ephemeral.restore(queue.name(), channel));
  }
}
