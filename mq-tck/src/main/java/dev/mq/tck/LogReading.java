package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.ReaderBuilder;
import dev.mq.api.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Appending to a log and reading it, for the groups of tests that are about logs. */
abstract class LogReading extends Verification {
  /** What a record is, where it is. */
  record At(int partition, long offset, String text) {
    static At of(LogRecord<?> r) {
      return new At(r.partition(), r.offset(), r.message().text());
    }

    @Override
    public String toString() {
      return partition + "/" + offset + " " + text;
    }
  }

  static Message keyed(int n) {
    return Message.builder().key("k" + n % 7).body("r" + n).build();
  }

  /** Appends {@code r<from>} to before {@code r<to>}, one after the other. */
  final List<Receipt> append(String log, int from, int to) {
    List<Receipt> receipts = new ArrayList<>();
    try (Producer p = a().log(log).producer().open()) {
      for (int i = from; i < to; i++) {
        receipts.add(p.send(keyed(i)));
      }
    }
    return receipts;
  }

  static List<LogRecord<byte[]>> read(ReaderBuilder<byte[]> reader) {
    List<LogRecord<byte[]>> all = new ArrayList<>();
    try (LogReader<byte[]> r = reader.open()) {
      Timing.Deadline deadline = new Timing.Deadline();
      while (!r.isAtEnd()) {
        all.addAll(r.poll(Duration.ofMillis(200)));
        assertThat(deadline.isOver())
            .as("a bounded reader comes to its end; at %s it has read %s", r.position(), all.size())
            .isFalse();
      }
    }
    return all;
  }

  /** Reads a log from beginning to end, by partition. */
  final Map<Integer, List<At>> readAll(String log) {
    return byPartition(read(b().log(log).reader()));
  }

  static Map<Integer, List<At>> byPartition(List<LogRecord<byte[]>> records) {
    Map<Integer, List<At>> all = new LinkedHashMap<>();
    for (LogRecord<byte[]> r : records) {
      all.computeIfAbsent(r.partition(), p -> new ArrayList<>()).add(At.of(r));
    }
    return all;
  }

  static List<String> texts(List<LogRecord<byte[]>> records) {
    return records.stream().map(r -> r.message().text()).toList();
  }
}
