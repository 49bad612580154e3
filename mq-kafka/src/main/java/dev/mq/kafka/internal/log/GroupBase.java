package dev.mq.kafka.internal.log;

import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How many partitions a log had when a group began to read it. Immutable. Partitions behind them
 * were added later and start at their beginning, whatever the group starts at else (L-14).
 *
 * <p>Each commit carries it in its metadata, so that a member which joins later knows it as well.
 */
final class GroupBase {
  private static final Pattern NOTE = Pattern.compile("mq:partitions=(\\d{1,9})");

  private final int partitions;

  /**
   * Finds it in what a group committed.
   *
   * @param now how many partitions the log has, for a group that begins, or whose commits are not
   *     of this library
   */
  GroupBase(Collection<OffsetAndMetadata> committed, int now) {
    int least = now;
    for (OffsetAndMetadata c : committed) {
      Matcher m = NOTE.matcher(c.metadata());
      if (m.matches()) {
        least = Math.min(least, Integer.parseInt(m.group(1)));
      }
    }
    this.partitions = least;
  }

  /** Returns whether a partition was added after the group began. */
  boolean isLater(int partition) {
    return partition >= partitions;
  }

  /** Returns what a commit carries. */
  String note() {
    return "mq:partitions=" + partitions;
  }
}
