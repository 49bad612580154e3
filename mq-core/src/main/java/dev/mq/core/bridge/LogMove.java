package dev.mq.core.bridge;

import dev.mq.api.LogRecord;
import dev.mq.api.RecordBatchHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Moves records. A batch that failed comes again whole; the prefix of it that the destination has
 * is not sent again. Used by one thread at a time for each partition.
 */
final class LogMove implements RecordBatchHandler<byte[]> {
  private final Mover mover;

  /** The last offset of the confirmed prefix of a batch that failed, by partition. */
  private final Map<Integer, Long> confirmed = new ConcurrentHashMap<>();

  LogMove(Mover mover) {
    this.mover = mover;
  }

  @Override
  public void handle(List<LogRecord<byte[]>> records) {
    int partition = records.get(0).partition();
    Long known = confirmed.get(partition);
    List<LogRecord<byte[]>> rest =
        known == null ? records : records.stream().filter(r -> r.offset() > known).toList();
    int[] prefix = {0};
    try {
      for (int from = 0; from < rest.size(); from += mover.batch()) {
        int start = from;
        List<LogRecord<byte[]>> part =
            rest.subList(from, Math.min(rest.size(), from + mover.batch()));
        mover.move(
            part.stream().map(LogRecord::message).toList(),
            i -> prefix[0] += start + i == prefix[0] ? 1 : 0);
      }
      confirmed.remove(partition);
    } finally {
      if (prefix[0] < rest.size() && prefix[0] > 0) {
        confirmed.put(partition, rest.get(prefix[0] - 1).offset());
      }
    }
  }
}
