package dev.mq.rabbit.spike;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.stream.Consumer;
import com.rabbitmq.stream.ConsumerBuilder;
import com.rabbitmq.stream.ConsumerFlowStrategy;
import com.rabbitmq.stream.MessageBuilder;
import com.rabbitmq.stream.MessageHandler;
import com.rabbitmq.stream.OffsetSpecification;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordSource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Logs: one stream per partition, laid out as a super stream. */
record SpikeLogs(SpikeSession session) implements LogDriver {
  record StreamLog(String name, int partitions) implements BackendLog {
    String stream(int partition) {
      return name + "-" + partition;
    }
  }

  static com.rabbitmq.stream.Message record(MessageBuilder to, Message m) {
    var table = to.properties().messageId(m.id()).messageBuilder().applicationProperties();
    SpikeWire.properties(m, 0).getHeaders().forEach((k, v) -> table.entry(k, v.toString()));
    byte[] body = m.bodyUnsafe();
    return to.addData(body == null ? new byte[0] : body).build();
  }

  @Override
  public BackendLog create(LogSpec spec) {
    StreamLog log = new StreamLog(spec.name(), 0);
    session.call(
        c ->
            c.exchangeDeclare(
                spec.name(),
                BuiltinExchangeType.DIRECT,
                true,
                false,
                Map.of("x-super-stream", true)));
    addPartitions(log, spec.partitions());
    return open(spec.name());
  }

  @Override
  public void addPartitions(BackendLog log, int total) {
    for (int p = log.partitions(); p < total; p++) {
      int partition = p;
      String stream = log.name() + "-" + p;
      session.call(
          c -> c.queueDeclare(stream, true, false, false, Map.of("x-queue-type", "stream")));
      Map<String, Object> order = Map.of("x-stream-partition-order", p);
      session.call(c -> c.queueBind(stream, log.name(), Integer.toString(partition), order));
    }
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    int partitions = 0;
    while (session.streams.streamExists(name + "-" + partitions)) {
      partitions++;
    }
    return partitions == 0 ? Optional.empty() : Optional.of(LogSpec.of(name, partitions));
  }

  @Override
  public BackendLog open(String name) {
    return describe(name)
        .map(spec -> new StreamLog(name, spec.partitions()))
        .orElseThrow(() -> new NotFoundException("log '" + name + "' does not exist"));
  }

  @Override
  public void delete(String name) {
    describe(name)
        .ifPresent(
            spec -> {
              for (int p = 0; p < spec.partitions(); p++) {
                session.streams.deleteStream(name + "-" + p);
              }
            });
    session.call(c -> c.exchangeDelete(name));
  }

  private Positions each(BackendLog log, Function<String, Long> offset) {
    Map<Integer, Long> found = new TreeMap<>();
    for (int p = 0; p < log.partitions(); p++) {
      Long o = offset.apply(((StreamLog) log).stream(p));
      if (o >= 0) {
        found.put(p, o);
      }
    }
    return Positions.of(found);
  }

  @Override
  public Positions begin(BackendLog log) {
    return each(log, s -> first(s, OffsetSpecification.first(), 0));
  }

  @Override
  public Positions end(BackendLog log) {
    return each(log, this::end);
  }

  @Override
  public Positions at(BackendLog log, Instant time) {
    long millis = time.toEpochMilli();
    return each(log, s -> first(s, OffsetSpecification.timestamp(millis), millis));
  }

  private ConsumerBuilder probe(String stream) {
    return session.streams.consumerBuilder().stream(stream).noTrackingStrategy();
  }

  /** The first offset with a timestamp at or after a time, else the end. */
  private long first(String stream, OffsetSpecification from, long millis) {
    long end = end(stream);
    CompletableFuture<Long> found = new CompletableFuture<>();
    return end == 0
        ? 0
        : await(
            found,
            probe(stream)
                .offset(from)
                .messageHandler(
                    (c, m) -> {
                      if (c.timestamp() >= millis) {
                        found.complete(c.offset());
                      } else if (c.offset() >= end - 1) {
                        found.complete(end);
                      }
                    }));
  }

  private boolean isEmpty(String stream) {
    return session.call(c -> c.messageCount(stream)) == 0;
  }

  private long end(String stream) {
    return isEmpty(stream) ? 0 : last(stream, (c, m) -> c.offset() + 1);
  }

  private interface Look {
    long at(MessageHandler.Context context, com.rabbitmq.stream.Message message);
  }

  /** Reads the last chunk to its end; nothing tells the end of a stream before version 3.11. */
  private long last(String stream, Look look) {
    CompletableFuture<Long> found = new CompletableFuture<>();
    AtomicLong left = new AtomicLong();
    return await(
        found,
        probe(stream)
            .offset(OffsetSpecification.last())
            .flow()
            .strategy(new OneChunk(left))
            .builder()
            .messageHandler(
                (c, m) -> {
                  if (left.decrementAndGet() == 0) {
                    found.complete(look.at(c, m));
                  }
                }));
  }

  /** Asks for one chunk and tells how many messages it has. */
  private record OneChunk(AtomicLong messages) implements ConsumerFlowStrategy {
    @Override
    public int initialCredits() {
      return 1;
    }

    @Override
    public MessageProcessedCallback start(Context chunk) {
      messages.set(chunk.messageCount());
      return c -> {};
    }
  }

  private static long await(CompletableFuture<Long> found, ConsumerBuilder builder) {
    Consumer consumer = builder.build();
    try {
      return found.get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new MqException(ErrorCode.UNAVAILABLE, true, true, "no answer of the stream: " + e, e);
    } finally {
      consumer.close();
    }
  }

  @Override
  public Positions committed(BackendLog log, String group) {
    return each(
        log,
        s -> {
          String shown = SpikeMember.shown(group, s);
          boolean none = !session.streams.streamExists(shown) || isEmpty(shown);
          return none
              ? -1
              : last(
                  shown, (c, m) -> ((Number) m.getApplicationProperties().get("next")).longValue());
        });
  }

  @Override
  public void reset(BackendLog log, String group, Positions positions) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    SpikeMember member = new SpikeMember(session, (StreamLog) log, group, Position.begin(), NOBODY);
    try {
      for (int p : positions.offsets().keySet()) {
        if (!member.awaitOwned(p, TimeUnit.SECONDS.toNanos(2))) {
          throw new MqException(ErrorCode.OWNED_BY_OTHER, "reset: the group has a member");
        }
      }
      member.commit(positions, e -> done.complete(e == null));
      if (!done.get(10, TimeUnit.SECONDS)) {
        throw new MqException(ErrorCode.OWNED_BY_OTHER, "reset: lost the lease");
      }
    } catch (MqException e) {
      throw e;
    } catch (Exception e) {
      throw new MqException(ErrorCode.OUTCOME_UNKNOWN, false, true, "reset: " + e, e);
    } finally {
      member.close();
    }
  }

  private static final GroupListener NOBODY =
      new GroupListener() {
        @Override
        public void assigned(int[] partitions) {}

        @Override
        public void revoked(int[] partitions) {}

        @Override
        public void lost(int[] partitions) {}
      };

  @Override
  public RecordSource reader(BackendLog log, int maxRecords) {
    return new SpikeSource(session, (StreamLog) log);
  }

  @Override
  public GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
    return new SpikeMember(session, (StreamLog) log, group, start, listener);
  }
}
