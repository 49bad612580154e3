package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Position;
import dev.mq.api.Positions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a group starts in partitions that it has no commit of. Immutable; "the end" is the end as
 * it was when the member was made.
 */
final class StartPoint {
  private final LogOffsets offsets;
  private final KafkaLog log;
  private final GroupBase base;
  private final Position position;

  StartPoint(LogOffsets offsets, KafkaLog log, GroupBase base, Position position) {
    this.offsets = requireNonNull(offsets, "offsets");
    this.log = requireNonNull(log, "log");
    this.base = requireNonNull(base, "base");
    this.position = position instanceof Position.End ? Position.of(offsets.end(log)) : position;
  }

  GroupBase base() {
    return base;
  }

  /** Returns where to start. Asks the leaders. */
  Map<Integer, Long> of(Set<Integer> partitions) {
    Positions begin = offsets.begin(log);
    Positions wanted = wanted();
    Map<Integer, Long> starts = new TreeMap<>();
    for (int p : partitions) {
      long first = begin.offset(p).orElse(0);
      // Retention may have passed the start by; what is left is behind it.
      long start = base.isLater(p) ? first : wanted.offset(p).orElse(first);
      starts.put(p, Math.max(first, start));
    }
    return starts;
  }

  private Positions wanted() {
    if (position instanceof Position.At at) {
      return offsets.at(log, at.time());
    }
    return position instanceof Position.Offsets o ? o.positions() : Positions.none();
  }
}
