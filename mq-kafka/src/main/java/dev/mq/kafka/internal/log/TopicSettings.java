package dev.mq.kafka.internal.log;

import dev.mq.api.LogSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a log's properties are as settings of its topic, and back.
 *
 * <p>Kafka removes whole segments, and never those that are still written to. So a segment is made
 * a quarter of what is kept: a record stays at most a quarter longer than it must, until the
 * brokers look next.
 */
final class TopicSettings {
  private static final int SEGMENTS = 4;
  private static final long LEAST_SEGMENT_MILLIS = 1_000;
  private static final long MOST_SEGMENT_MILLIS = Duration.ofDays(7).toMillis();

  /** A segment takes the largest batch that a topic accepts by default. */
  private static final long LEAST_SEGMENT_BYTES = 2 << 20;

  private static final long MOST_SEGMENT_BYTES = 1 << 30;

  private TopicSettings() {}

  /** Returns the settings of the topic of a log that is made. */
  static Map<String, String> of(LogSpec spec) {
    Map<String, String> s = new HashMap<>();
    s.put("cleanup.policy", "delete");
    // The broker's clock, so that timestamps do not go back and looking for a time is exact.
    s.put("message.timestamp.type", "LogAppendTime");
    Duration retention = spec.retention();
    s.put("retention.ms", Long.toString(retention == null ? -1 : retention.toMillis()));
    if (retention != null) {
      long segment = retention.toMillis() / SEGMENTS;
      s.put("segment.ms", between(LEAST_SEGMENT_MILLIS, segment, MOST_SEGMENT_MILLIS));
    }
    long bytes = spec.retentionBytes();
    s.put("retention.bytes", Long.toString(bytes == 0 ? -1 : bytes));
    if (bytes > 0) {
      s.put("segment.bytes", between(LEAST_SEGMENT_BYTES, bytes / SEGMENTS, MOST_SEGMENT_BYTES));
    }
    return s;
  }

  private static String between(long least, long value, long most) {
    return Long.toString(Math.max(least, Math.min(value, most)));
  }

  /**
   * Returns what a topic is as a log.
   *
   * @param setting returns a setting by its name, or null where it cannot be seen
   */
  static LogSpec spec(String name, int partitions, Function<String, @Nullable String> setting) {
    LogSpec.Builder b = LogSpec.builder(name).partitions(partitions);
    String policy = setting.apply("cleanup.policy");
    if (policy != null && !policy.contains("delete")) {
      return b.build();
    }
    long millis = number(setting.apply("retention.ms"));
    if (millis >= 0) {
      b.retention(Duration.ofMillis(Math.max(1, millis)));
    }
    long bytes = number(setting.apply("retention.bytes"));
    if (bytes >= 0) {
      b.retentionBytes(Math.max(1, bytes));
    }
    return b.build();
  }

  private static long number(@Nullable String text) {
    return text == null ? -1 : Long.parseLong(text);
  }
}
