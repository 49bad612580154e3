package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.CommitMode;
import dev.mq.api.GroupConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Members of a group come, go and die. */
abstract class MemberVerification extends LogReading {
  /** A partition got or given up by a member. */
  record Change(String member, int partition, boolean got) {}

  private static GroupConsumer join(
      Broker broker, String member, String log, String group, Seen<Change> owned, Seen<At> seen) {
    return broker
        .log(log)
        .group(group)
        .onAssigned((ps, seek) -> ps.forEach(p -> owned.add(new Change(member, p, true))))
        .onRevoked(ps -> ps.forEach(p -> owned.add(new Change(member, p, false))))
        .onLost(ps -> ps.forEach(p -> owned.add(new Change(member + " lost", p, false))))
        .start(r -> seen.add(At.of(r)));
  }

  @Guarantee({"G-01", "G-02", "G-09", "G-10", "O-03"})
  @Test
  void aCleanHandOverRepeatsNothingAndOwnershipNeverOverlaps() {
    int partitions = 4;
    String log = kit().log("log", partitions);
    String group = kit().name("g");
    Seen<Change> owned = new Seen<>("ownership");
    Seen<At> seen = new Seen<>("handled by the group");
    GroupConsumer first = join(a(), "first", log, group, owned, seen);
    Eventually.that("first member owns all", first::assigned, p -> p.size() == partitions);
    append(log, 0, 40);
    GroupConsumer second = join(b(), "second", log, group, owned, seen);
    append(log, 40, 80);
    Eventually.that(
        "both members own some, together all",
        () -> List.of(first.assigned(), second.assigned()),
        both ->
            !both.get(0).isEmpty()
                && !both.get(1).isEmpty()
                && both.get(0).size() + both.get(1).size() == partitions);
    append(log, 80, 120);
    first.close();
    append(log, 120, 160);
    seen.await(160);
    second.close();
    assertThat(owned.all().stream().map(Change::member))
        .as("nobody lost a partition: %s", owned)
        .doesNotContain("first lost", "second lost");
    assertNoOverlap(owned.all());
    assertThat(seen.all().stream().map(At::text))
        .as("160 records, a member joined after 40 and one left after 120")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 160));
    for (int p = 0; p < partitions; p++) {
      int partition = p;
      assertThat(seen.all().stream().filter(at -> at.partition() == partition).map(At::offset))
          .as("order in partition %d across members", p)
          .isSorted();
    }
  }

  private static void assertNoOverlap(List<Change> changes) {
    Map<Integer, String> owners = new HashMap<>();
    for (Change c : changes) {
      if (c.got()) {
        String before = owners.put(c.partition(), c.member());
        assertThat(before)
            .as("owner of %d when %s got it: %s", c.partition(), c.member(), changes)
            .isNull();
      } else {
        assertThat(owners.remove(c.partition()))
            .as("owner of %d when %s gave it up: %s", c.partition(), c.member(), changes)
            .isEqualTo(c.member());
      }
    }
  }

  @Guarantee({"G-09", "G-02", "G-08"})
  @Test
  void aKilledMembersPartitionsMoveAndRepeatOnlyFromItsLastCommit() {
    String log = kit().log("log", 1);
    String group = kit().name("g");
    append(log, 0, 20);
    List<At> all = readAll(log).getOrDefault(0, List.of());
    Client client = kit().start(ClientTask.JOIN, log, group, 8);
    client.said().awaitThat("20 records handled", s -> records(s) == 20);
    client.said().awaitAny("its commit", line -> line.startsWith("committed 0 "));
    long next = all.get(7).offset() + 1;
    assertThat(client.said().all()).as("the client").contains("committed 0 " + next);
    client.kill();
    Seen<At> seen = new Seen<>("member that takes over");
    try (var c = b().log(log).group(group).start(r -> seen.add(At.of(r)))) {
      append(log, 20, 25);
      seen.awaitAny("r24", at -> at.text().equals("r24"));
      assertThat(c.assigned()).as("taken over").isEqualTo(Set.of(0));
    }
    List<String> expected = new ArrayList<>(numbered("r", 25).subList(8, 25));
    assertThat(seen.all().stream().map(At::text).collect(Collectors.toList()))
        .as("the killed member handled r0 to r19 and had committed %d, behind r7", next)
        .isEqualTo(expected);
  }

  private static long records(List<String> lines) {
    return lines.stream().filter(line -> line.startsWith("record ")).count();
  }

  @Guarantee({"G-02", "G-03"})
  @Test
  void aSurvivingMemberGetsThePartitionsOfAKilledOne() {
    String log = kit().log("log", 2);
    String group = kit().name("g");
    Seen<At> seen = new Seen<>("survivor");
    try (GroupConsumer survivor =
        b().log(log).group(group).commit(CommitMode.afterBatch()).start(r -> seen.add(At.of(r)))) {
      Eventually.that("the survivor owns both", survivor::assigned, p -> p.size() == 2);
      Client client = kit().start(ClientTask.JOIN, log, group, 1_000);
      client.said().awaitAny("a partition", line -> line.matches("assigned \\[\\d\\]"));
      Eventually.that("the survivor keeps one", survivor::assigned, p -> p.size() == 1);
      client.kill();
      append(log, 0, 20);
      seen.await(20);
      assertThat(survivor.assigned()).as("after the death of the other").hasSize(2);
    }
    assertThat(seen.all().stream().map(At::text))
        .as("appended after the other member was killed")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 20));
  }
}
