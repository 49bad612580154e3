package dev.mq.kafka.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TopicNamesTest {
  private static final String ID = "923b8129-de08-44ca-947a-a2ec39bd9590";
  private final TopicNames names = new TopicNames("");

  @Test
  void aLogThatKafkaCanNameKeepsItsName() {
    assertThat(names.log("orders")).isEqualTo("orders");
    assertThat(names.log("a.b_c-D9")).isEqualTo("a.b_c-D9");
  }

  @Test
  void everythingElseIsWrittenBelowMq() {
    assertThat(names.log("a b")).isEqualTo("mq.l.a_20b");
    assertThat(names.log("__internal")).isEqualTo("mq.l._5F_5Finternal");
    assertThat(names.log("..")).isEqualTo("mq.l...");
    assertThat(names.queue("my_queue", "1")).isEqualTo("mq.q.my_5Fqueue.1");
    assertThat(names.queue("ü", "1")).isEqualTo("mq.q._C3_BC.1");
  }

  @Test
  void noTwoThingsShareAName() {
    List<String> given =
        List.of(
            "a",
            "A",
            "a.b",
            "a_b",
            "a-b",
            "a b",
            "a_20b",
            "a_5Fb",
            ".",
            "..",
            "_",
            "__a",
            "ü",
            "ue",
            "q",
            "a.1",
            "a.2E1",
            "x".repeat(200),
            "ü".repeat(100),
            "ü".repeat(99) + "u");
    List<String> all = new ArrayList<>();
    for (String name : given) {
      all.add(names.log(name));
      for (String incarnation : List.of("", "1", "1.1", ID)) {
        all.add(names.queue(name, incarnation));
      }
    }
    all.add(names.topology());
    assertThat(all).doesNotHaveDuplicates().allMatch(t -> t.matches("[a-zA-Z0-9._-]{1,249}"));
  }

  @Test
  void theLongestPlainNameOfAQueueIsReadable() {
    assertThat(names.queue("x".repeat(200), ID)).startsWith("mq.q.xxx").endsWith(ID);
    assertThat(names.queue("ü".repeat(100), ID)).matches("mq\\.q-[0-9A-F]{64}");
  }

  @Test
  void aPrefixSetsClustersApart() {
    TopicNames other = new TopicNames("team.");
    assertThat(other.log("orders")).isEqualTo("team.orders");
    assertThat(other.topology()).isEqualTo("team.mq.topology");
    assertThat(other.queue("q", "1")).isEqualTo("team.mq.q.q.1");
  }
}
