package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

final class GroupBaseTest {
  private static OffsetAndMetadata commit(String metadata) {
    return new OffsetAndMetadata(1, metadata);
  }

  @Test
  void aGroupThatBeginsHasAllPartitionsThereAre() {
    GroupBase base = new GroupBase(List.of(), 3);
    assertThat(base.isLater(2)).isFalse();
    assertThat(base.isLater(3)).isTrue();
  }

  @Test
  void aCommitTellsLaterMembersWhatTheGroupBeganWith() {
    String note = new GroupBase(List.of(), 3).note();
    GroupBase base = new GroupBase(List.of(commit(note), commit("")), 8);
    assertThat(base.isLater(2)).isFalse();
    assertThat(base.isLater(3)).isTrue();
    assertThat(base.note()).isEqualTo(note);
  }

  @Test
  void foreignCommitsTellNothing() {
    GroupBase base =
        new GroupBase(
            List.of(commit("x"), commit("mq:partitions="), commit("mq:partitions=1a")), 4);
    assertThat(base.isLater(3)).isFalse();
    assertThat(base.isLater(4)).isTrue();
  }
}
