package dev.mq.rabbit.internal.stream;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.Control;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a log is at the broker: a stream per partition, bound to an exchange as a super stream, so
 * that clients of the stream protocol find its partitions. Thread-safe.
 */
final class LogTopology {
  /** Retention removes whole segments, so a limit comes with segments of a tenth of it. */
  private static final long MIN_SEGMENT_BYTES = 1 << 20;

  private static final long MAX_SEGMENT_BYTES = 500_000_000;
  private static final long SEGMENT_BYTES_WITH_AGE = 50_000_000;

  private final StreamClient client;
  private final Control control;
  private final Pipeline pipeline;

  LogTopology(StreamClient client, Control control, Pipeline pipeline) {
    this.client = client;
    this.control = control;
    this.pipeline = pipeline;
  }

  /** Makes the streams of partitions and binds them. */
  void make(LogSpec spec, int from) {
    String what = "declare log:" + spec.name();
    try {
      control.run(
          what,
          c ->
              c.exchangeDeclare(
                  spec.name(),
                  BuiltinExchangeType.DIRECT,
                  true,
                  false,
                  Map.of("x-super-stream", true)));
      Map<String, Object> arguments = arguments(spec);
      List<com.rabbitmq.client.Method> declares = new ArrayList<>();
      List<com.rabbitmq.client.Method> binds = new ArrayList<>();
      for (int p = from; p < spec.partitions(); p++) {
        String stream = StreamLog.stream(spec.name(), p);
        declares.add(
            new AMQP.Queue.Declare.Builder()
                .queue(stream)
                .durable(true)
                .arguments(arguments)
                .build());
        binds.add(
            new AMQP.Queue.Bind.Builder()
                .queue(stream)
                .exchange(spec.name())
                .routingKey(Integer.toString(p))
                .arguments(Map.of("x-stream-partition-order", p))
                .build());
      }
      pipeline.run(what, declares);
      pipeline.run(what, binds);
    } catch (MqException e) {
      if (e.code() == ErrorCode.CONFLICT) {
        throw new DeclarationConflictException(
            "log '" + spec.name() + "'", RabbitErrors.text(e), spec.toString());
      }
      throw e;
    }
  }

  static Map<String, Object> arguments(LogSpec spec) {
    Map<String, Object> a = new HashMap<>();
    a.put("x-queue-type", "stream");
    Duration age = spec.retention();
    long bytes = spec.retentionBytes();
    if (age != null) {
      // The broker knows whole seconds, and a record is kept at least as long as asked for.
      a.put("x-max-age", Math.addExact(age.toMillis(), 999) / 1000 + "s");
      a.put("x-stream-max-segment-size-bytes", SEGMENT_BYTES_WITH_AGE);
    }
    if (bytes > 0) {
      a.put("x-max-length-bytes", bytes);
      a.put(
          "x-stream-max-segment-size-bytes",
          Math.max(MIN_SEGMENT_BYTES, Math.min(bytes / 10, MAX_SEGMENT_BYTES)));
    }
    return a;
  }

  /** Returns how many partitions a log has, at least {@code known} if that many are known. */
  int count(String log, int known) {
    int there = known;
    int missing = Math.max(1, known + 1);
    if (!exists(log, there)) {
      if (there == 0) {
        return 0;
      }
      if (exists(log, there - 1)) {
        return there;
      }
      missing = there - 1;
      there = -1;
    } else {
      while (exists(log, missing)) {
        there = missing;
        missing = missing * 2 + 1;
      }
    }
    while (missing - there > 1) {
      int middle = (there + missing) >>> 1;
      if (exists(log, middle)) {
        there = middle;
      } else {
        missing = middle;
      }
    }
    return there + 1;
  }

  private boolean exists(String log, int partition) {
    try {
      return client.exists(StreamLog.stream(log, partition));
    } catch (RuntimeException e) {
      throw StreamClient.failed("look for log:" + log, e);
    }
  }

  /** Deletes queues and streams, then the exchange. */
  void delete(String log, List<String> queues) {
    String what = "delete log:" + log;
    List<com.rabbitmq.client.Method> deletes = new ArrayList<>();
    for (String queue : queues) {
      deletes.add(new AMQP.Queue.Delete.Builder().queue(queue).build());
    }
    pipeline.run(what, deletes);
    control.run(what, (Channel c) -> c.exchangeDelete(log));
  }
}
