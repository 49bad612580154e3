package dev.mq.core.routing;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.UnsupportedCapabilityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands as the bytes of a topology log. The first byte is the version of the format, the second
 * one the kind of command.
 *
 * <p>Who cannot read a command does not know the topology any more and has to stop publishing; both
 * errors of {@link #decode} mean that.
 */
public final class TopologyCodec {
  /** The version written here. */
  public static final int VERSION = 1;

  private static final int DECLARE_EXCHANGE = 1;
  private static final int DELETE_EXCHANGE = 2;
  private static final int DECLARE_QUEUE = 3;
  private static final int DELETE_QUEUE = 4;
  private static final int BIND = 5;
  private static final int UNBIND = 6;
  private static final int SNAPSHOT = 7;

  private static final int DURABLE = 1;
  private static final int SINGLE_ACTIVE = 2;
  private static final int EXCLUSIVE = 4;
  private static final int TEMPORARY = 8;
  private static final int EXISTING = 16;
  private static final int DROP_HEAD = 32;
  private static final int HAS_TTL = 64;

  private TopologyCodec() {}

  /**
   * Returns a command as bytes.
   *
   * @throws MqException with {@code INVALID_ARGUMENT} when a text is not valid Unicode
   */
  public static byte[] encode(TopologyCommand command) {
    WireWriter out = new WireWriter();
    out.u8(VERSION);
    if (command instanceof TopologyCommand.DeclareExchange c) {
      exchange(head(out, DECLARE_EXCHANGE, c), c.spec());
    } else if (command instanceof TopologyCommand.DeleteExchange c) {
      head(out, DELETE_EXCHANGE, c).text(c.name());
    } else if (command instanceof TopologyCommand.DeclareQueue c) {
      queue(head(out, DECLARE_QUEUE, c), c.spec(), c.incarnation(), c.ownerId());
    } else if (command instanceof TopologyCommand.DeleteQueue c) {
      head(out, DELETE_QUEUE, c).text(c.name()).text(c.incarnation());
    } else if (command instanceof TopologyCommand.Bind c) {
      binding(head(out, BIND, c), c.binding());
    } else if (command instanceof TopologyCommand.Unbind c) {
      binding(head(out, UNBIND, c), c.binding());
    } else if (command instanceof TopologyCommand.Snapshot c) {
      snapshot(head(out, SNAPSHOT, c), c.state());
    }
    return out.toBytes();
  }

  /**
   * Returns the command that bytes stand for.
   *
   * @throws UnsupportedCapabilityException when a newer release wrote them
   * @throws MqException with {@code BACKEND_FAILURE} when they are damaged
   */
  public static TopologyCommand decode(byte[] bytes) {
    requireNonNull(bytes, "bytes");
    if (bytes.length > 0 && bytes[0] != VERSION) {
      throw new UnsupportedCapabilityException(
          "topology log: a command has format version "
              + (bytes[0] & 0xff)
              + ", this release reads version "
              + VERSION
              + "; upgrade this program");
    }
    try {
      WireReader in = new WireReader(bytes);
      in.u8();
      TopologyCommand command = command(in.u8(), in.uuid(), in);
      in.end();
      return command;
    } catch (MqException e) {
      throw new MqException(
          ErrorCode.BACKEND_FAILURE, "topology log: a command is damaged: " + e.getMessage(), e);
    }
  }

  private static TopologyCommand command(int kind, UUID id, WireReader in) {
    return switch (kind) {
      case DECLARE_EXCHANGE -> new TopologyCommand.DeclareExchange(id, exchange(in));
      case DELETE_EXCHANGE -> new TopologyCommand.DeleteExchange(id, in.text());
      case DECLARE_QUEUE -> {
        TopologySnapshot.QueueEntry q = queue(in);
        yield new TopologyCommand.DeclareQueue(id, q.spec(), q.incarnation(), q.ownerId());
      }
      case DELETE_QUEUE -> new TopologyCommand.DeleteQueue(id, in.text(), in.text());
      case BIND -> new TopologyCommand.Bind(id, binding(in));
      case UNBIND -> new TopologyCommand.Unbind(id, binding(in));
      case SNAPSHOT -> new TopologyCommand.Snapshot(id, snapshot(in));
      default -> throw new WireReader.DamagedException("unknown kind " + kind);
    };
  }

  private static WireWriter head(WireWriter out, int kind, TopologyCommand command) {
    return out.u8(kind).uuid(command.id());
  }

  private static void exchange(WireWriter out, ExchangeSpec spec) {
    int type =
        switch (spec.type()) {
          case DIRECT -> 0;
          case TOPIC -> 1;
          case FANOUT -> 2;
          case HEADERS -> 3;
        };
    out.text(spec.name()).u8(type).optionalText(spec.alternate());
  }

  private static ExchangeSpec exchange(WireReader in) {
    String name = in.text();
    int code = in.u8();
    ExchangeType type =
        switch (code) {
          case 0 -> ExchangeType.DIRECT;
          case 1 -> ExchangeType.TOPIC;
          case 2 -> ExchangeType.FANOUT;
          case 3 -> ExchangeType.HEADERS;
          default -> throw new WireReader.DamagedException("unknown exchange type " + code);
        };
    return ExchangeSpec.builder(name, type).alternate(in.optionalText()).build();
  }

  private static void queue(
      WireWriter out, QueueSpec spec, String incarnation, @Nullable String ownerId) {
    Duration ttl = spec.timeToLive();
    int flags =
        (spec.durable() ? DURABLE : 0)
            | (spec.singleActiveConsumer() ? SINGLE_ACTIVE : 0)
            | (spec.exclusive() ? EXCLUSIVE : 0)
            | (spec.temporary() ? TEMPORARY : 0)
            | (spec.existing() ? EXISTING : 0)
            | (spec.overflow() == Overflow.DROP_HEAD ? DROP_HEAD : 0)
            | (ttl != null ? HAS_TTL : 0);
    out.text(spec.name()).u8(flags);
    if (ttl != null) {
      out.number(ttl.toMillis());
    }
    out.number(spec.maxLength()).number(spec.maxPriority()).text(incarnation).optionalText(ownerId);
  }

  private static TopologySnapshot.QueueEntry queue(WireReader in) {
    QueueSpec.Builder spec = QueueSpec.builder(in.text());
    int flags = in.u8();
    if (flags >= HAS_TTL * 2) {
      throw new WireReader.DamagedException("unknown flags of a queue");
    }
    spec.durable((flags & DURABLE) != 0);
    if ((flags & HAS_TTL) != 0) {
      spec.timeToLive(Duration.ofMillis(in.number()));
    }
    long maxLength = in.number();
    if (maxLength != 0) {
      spec.maxLength(
          maxLength, (flags & DROP_HEAD) != 0 ? Overflow.DROP_HEAD : Overflow.REJECT_PUBLISH);
    }
    long maxPriority = in.number();
    if (maxPriority != 0) {
      spec.maxPriority((int) Math.min(maxPriority, Integer.MAX_VALUE));
    }
    if ((flags & SINGLE_ACTIVE) != 0) {
      spec.singleActiveConsumer();
    }
    if ((flags & EXCLUSIVE) != 0) {
      spec.exclusive();
    }
    if ((flags & TEMPORARY) != 0) {
      spec.temporary();
    }
    if ((flags & EXISTING) != 0) {
      spec.existing();
    }
    return new TopologySnapshot.QueueEntry(spec.build(), in.text(), in.optionalText());
  }

  private static void binding(WireWriter out, Binding b) {
    out.text(b.exchange()).u8(b.kind() == Binding.Kind.QUEUE ? 0 : 1).text(b.destination());
    out.text(b.key()).headers(b.arguments());
  }

  private static Binding binding(WireReader in) {
    String exchange = in.text();
    int kind = in.u8();
    if (kind > 1) {
      throw new WireReader.DamagedException("unknown kind of destination " + kind);
    }
    String destination = in.text();
    String key = in.text();
    Headers arguments = in.headers();
    return new Binding(
        exchange,
        kind == 0 ? Binding.Kind.QUEUE : Binding.Kind.EXCHANGE,
        destination,
        key,
        arguments);
  }

  private static void snapshot(WireWriter out, TopologySnapshot s) {
    out.number(s.offset());
    out.count(s.exchanges().size());
    s.exchanges().forEach(x -> exchange(out, x));
    out.count(s.queues().size());
    s.queues().forEach(q -> queue(out, q.spec(), q.incarnation(), q.ownerId()));
    out.count(s.bindings().size());
    s.bindings().forEach(b -> binding(out, b));
    out.count(s.recentIds().size());
    s.recentIds().forEach(out::uuid);
  }

  private static TopologySnapshot snapshot(WireReader in) {
    long offset = in.number();
    List<ExchangeSpec> exchanges = new ArrayList<>();
    for (int n = in.count(); n > 0; n--) {
      exchanges.add(exchange(in));
    }
    List<TopologySnapshot.QueueEntry> queues = new ArrayList<>();
    for (int n = in.count(); n > 0; n--) {
      queues.add(queue(in));
    }
    List<Binding> bindings = new ArrayList<>();
    for (int n = in.count(); n > 0; n--) {
      bindings.add(binding(in));
    }
    List<UUID> ids = new ArrayList<>();
    for (int n = in.count(); n > 0; n--) {
      ids.add(in.uuid());
    }
    return new TopologySnapshot(offset, exchanges, queues, bindings, ids);
  }
}
