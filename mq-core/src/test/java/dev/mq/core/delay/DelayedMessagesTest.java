package dev.mq.core.delay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelayedMessagesTest {
  private static final Message MESSAGE =
      Message.builder().id("m").body("b").key("k").header("h", 1).build();

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1000,0",
    "1001,1",
    "4000,1",
    "4001,2",
    "16000,2",
    "64000,3",
    "256000,4",
    "1024000,5",
    "4096000,6",
    "4096001,7",
    "86400000,7",
    "9000000000000,7"
  })
  void aPartitionHoldsWaitsOfUpToFourTimesThoseOfTheOneBefore(long millis, int partition) {
    Message waiting = DelayedMessages.wrap(MESSAGE, "q", 1, Duration.ofMillis(millis));
    assertThat(DelayedMessages.partition(waiting, DelayedMessages.PARTITIONS)).isEqualTo(partition);
    assertThat(DelayedMessages.partition(waiting, 3)).isEqualTo(Math.min(partition, 2));
  }

  @Test
  void unwrappingGivesTheMessageBack() {
    Message waiting = DelayedMessages.wrap(MESSAGE, "q", 42, Duration.ofNanos(1_000_001));
    assertThat(DelayedMessages.isDelayed(waiting)).isTrue();
    assertThat(DelayedMessages.queue(waiting)).isEqualTo("q");
    assertThat(DelayedMessages.untilMillis(waiting)).isEqualTo(42);
    assertThat(DelayedMessages.delayMillis(waiting)).isEqualTo(2);
    Message back = DelayedMessages.unwrap(waiting);
    assertThat(back.headers()).isEqualTo(MESSAGE.headers());
    assertThat(back.id()).isEqualTo("m");
    assertThat(back.key()).isEqualTo("k");
    assertThat(DelayedMessages.isDelayed(back)).isFalse();
  }

  @Test
  void foreignRecordsAreKnown() {
    assertThat(DelayedMessages.isDelayed(MESSAGE)).isFalse();
    assertThat(DelayedMessages.isDelayed(MESSAGE.toBuilder().header("mq-delay-queue", "q").build()))
        .isFalse();
  }
}
