package dev.mq.rabbit.internal.stream;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.stream.Consumer;
import com.rabbitmq.stream.OffsetSpecification;
import dev.mq.api.LogSpec;
import dev.mq.rabbit.internal.connect.Control;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A small stream beside each log: its retention, which the broker does not tell, and the names of
 * its groups, so that nothing of them outlives the log. Thread-safe.
 */
final class LogRegister {
  private static final String RETENTION = "retention-ms";
  private static final String RETENTION_BYTES = "retention-bytes";
  private static final String GROUP = "group";
  private static final long ANSWER_SECONDS = 10;

  private final StreamClient client;
  private final Control control;
  private final StreamProbe probe;

  LogRegister(StreamClient client, Control control, StreamProbe probe) {
    this.client = client;
    this.control = control;
    this.probe = probe;
  }

  /** What is written of a log. */
  record Entries(@Nullable Duration retention, long retentionBytes, Set<String> groups) {}

  void spec(LogSpec spec) {
    Duration retention = spec.retention();
    append(
        spec.name(),
        Map.of(
            RETENTION,
            retention == null ? 0L : retention.toMillis(),
            RETENTION_BYTES,
            spec.retentionBytes()));
  }

  void group(String log, String group) {
    append(log, Map.of(GROUP, group));
  }

  private void append(String log, Map<String, Object> entry) {
    String stream = StreamNames.register(log);
    control.run(
        "register log:" + log,
        c -> c.queueDeclare(stream, true, false, false, Map.of("x-queue-type", "stream")));
    control.run(
        "register log:" + log,
        c -> {
          try (var own = c.getConnection().createChannel()) {
            own.confirmSelect();
            own.basicPublish(
                "",
                stream,
                new AMQP.BasicProperties.Builder().deliveryMode(2).headers(entry).build(),
                new byte[0]);
            return own.waitForConfirms(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RabbitErrors.unknown("register log:" + log + ": interrupted", e);
          }
        });
  }

  /** Reads what is written; nothing when the log was made by somebody else. */
  Entries read(String log) {
    String stream = StreamNames.register(log);
    Set<String> groups = new TreeSet<>();
    long[] limits = new long[2];
    try {
      if (client.exists(stream)) {
        long end = probe.lasts(List.of(stream)).get(0).end();
        if (end > 0) {
          follow(stream, end, limits, groups);
        }
      }
    } catch (RuntimeException e) {
      throw StreamClient.failed("read what is known of log:" + log, e);
    } catch (Exception e) {
      Thread.currentThread().interrupt();
      throw RabbitErrors.down("read what is known of log:" + log + ": " + e, e);
    }
    return new Entries(limits[0] == 0 ? null : Duration.ofMillis(limits[0]), limits[1], groups);
  }

  private void follow(String stream, long end, long[] limits, Set<String> groups) throws Exception {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Consumer consumer =
        client.get().consumerBuilder().stream(stream)
            .offset(OffsetSpecification.first())
            .noTrackingStrategy()
            .messageHandler(
                (c, m) -> {
                  entry(m.getApplicationProperties(), limits, groups);
                  if (c.offset() == end - 1) {
                    done.complete(true);
                  }
                })
            .build();
    try {
      boolean unused = done.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } finally {
      consumer.close();
    }
  }

  private static void entry(Map<String, Object> entry, long[] limits, Set<String> groups) {
    if (entry.get(GROUP) instanceof String group) {
      groups.add(group);
    }
    if (entry.get(RETENTION) instanceof Number age
        && entry.get(RETENTION_BYTES) instanceof Number bytes) {
      limits[0] = age.longValue();
      limits[1] = bytes.longValue();
    }
  }
}
