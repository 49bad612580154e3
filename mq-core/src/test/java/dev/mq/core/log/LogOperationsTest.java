package dev.mq.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Positions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogOperationsTest {
  private final LogRig rig = new LogRig(2);
  private final LogOperations log = new LogOperations(rig.kernel, "events");

  @AfterEach
  void close() {
    rig.close();
  }

  private static void refused(
      ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MqException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void tellsWhereALogBeginsAndEndsAndWhereATimeIs() {
    for (int i = 0; i < 5; i++) {
      rig.logs.append(0, "v");
    }
    assertThat(log.partitions()).isEqualTo(2);
    assertThat(log.begin()).isEqualTo(Positions.of(Map.of(0, 0L, 1, 0L)));
    assertThat(log.end()).isEqualTo(Positions.of(Map.of(0, 5L, 1, 0L)));
    assertThat(log.at(Instant.ofEpochMilli(1020))).isEqualTo(Positions.of(Map.of(0, 2L, 1, 0L)));
    assertThatThrownBy(() -> new LogOperations(rig.kernel, "nothing").end())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void lagCountsFromTheBeginningWithoutACommitAndIsNeverNegative() {
    for (int i = 0; i < 5; i++) {
      rig.logs.append(0, "v");
      rig.logs.append(1, "v");
    }
    rig.logs.begin.put(0, 2L);
    assertThat(log.lag("g")).isEqualTo(Positions.of(Map.of(0, 3L, 1, 5L)));
    rig.logs.committed.put(0, 1L);
    rig.logs.committed.put(1, 9L);
    assertThat(log.lag("g")).isEqualTo(Positions.of(Map.of(0, 3L, 1, 0L)));
    assertThat(log.committed("g")).isEqualTo(Positions.of(Map.of(0, 1L, 1, 9L)));
  }

  @Test
  void resetsOnlyToWhatTheLogHoldsAndOnlyWithoutMembers() {
    rig.logs.append(0, "v");
    refused(ErrorCode.OUT_OF_RANGE, () -> log.reset("g", Positions.of(0, 2)));
    refused(ErrorCode.OUT_OF_RANGE, () -> log.reset("g", Positions.of(9, 0)));
    log.reset("g", Positions.of(0, 1));
    assertThat(log.committed("g")).isEqualTo(Positions.of(0, 1));
    rig.group().start(r -> {});
    refused(ErrorCode.OWNED_BY_OTHER, () -> log.reset("g", Positions.of(0, 0)));
  }

  @Test
  void raisesTheNumberOfPartitionsAndNeverLowersIt() {
    log.addPartitions(2);
    log.addPartitions(5);
    assertThat(log.partitions()).isEqualTo(5);
    refused(ErrorCode.INVALID_ARGUMENT, () -> log.addPartitions(4));
    refused(ErrorCode.INVALID_ARGUMENT, () -> log.addPartitions(0));
    log.delete();
  }

  @Test
  void doesNothingOnAClosedBroker() {
    rig.kernel.markClosed();
    refused(ErrorCode.CLOSED, log::end);
    refused(ErrorCode.CLOSED, log::delete);
    refused(ErrorCode.CLOSED, () -> rig.group().start(r -> {}));
    refused(ErrorCode.CLOSED, () -> rig.reader().open());
  }
}
