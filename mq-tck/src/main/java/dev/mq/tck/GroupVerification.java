package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Capability;
import dev.mq.api.CommitMode;
import dev.mq.api.ErrorCode;
import dev.mq.api.Failure;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Log;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Groups: who sees what, from where, and what a failing record does. */
abstract class GroupVerification extends LogReading {
  @Guarantee({"G-03", "L-10"})
  @Test
  void twoGroupsSeeEveryRecordEach() {
    String log = kit().log("log", 3);
    Seen<String> one = new Seen<>("group one");
    Seen<String> two = new Seen<>("group two");
    append(log, 0, 30);
    try (var first = a().log(log).group(kit().name("g")).start(r -> one.add(r.message().text()));
        var second = b().log(log).group(kit().name("g")).start(r -> two.add(r.message().text()))) {
      append(log, 30, 60);
      one.await(60);
      two.await(60);
      assertThat(first.group()).isNotEqualTo(second.group());
    }
    assertThat(one.all()).as("one").containsExactlyInAnyOrderElementsOf(numbered("r", 60));
    assertThat(two.all()).as("two").containsExactlyInAnyOrderElementsOf(numbered("r", 60));
  }

  @Guarantee({"G-04", "G-05"})
  @Test
  void aCommitNamesTheNextToReadAndANewMemberStartsThere() {
    String name = kit().log("log", 1);
    String group = kit().name("g");
    append(name, 0, 20);
    List<At> all = readAll(name).getOrDefault(0, List.of());
    long next = all.get(7).offset();
    Seen<At> first = new Seen<>("first member");
    try (GroupConsumer c =
        a().log(name).group(group).commit(CommitMode.manual()).start(r -> first.add(At.of(r)))) {
      first.await(20);
      Eventually.done("commit", c.commit(Positions.of(0, next)));
      assertThat(b().log(name).committed(group))
          .as("committed by one program, asked for by another")
          .isEqualTo(Positions.of(0, next));
    }
    Seen<At> second = new Seen<>("second member");
    try (var c = b().log(name).group(group).start(r -> second.add(At.of(r)))) {
      second.await(all.size() - 7);
      assertThat(c.isPaused()).isFalse();
    }
    assertThat(second.all())
        .as("a new member after a commit of %d, next to read", next)
        .containsExactlyElementsOf(all.subList(7, all.size()));
  }

  @Guarantee("G-11")
  @Test
  void aGroupThatStartsAtTheEndSeesEverythingAfterItsStart() {
    String log = kit().log("log", 2);
    append(log, 0, 10);
    Seen<String> seen = new Seen<>("group that starts at the end");
    try (var c =
        b().log(log)
            .group(kit().name("g"))
            .startAt(Position.end())
            .start(r -> seen.add(r.message().text()))) {
      Eventually.that("assigned partitions", c::assigned, p -> p.size() == 2);
      append(log, 10, 30);
      seen.await(20);
    }
    assertThat(seen.all())
        .as("r0 to r9 before the start, r10 to r29 after it")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 30).subList(10, 30));
  }

  @Guarantee("L-14")
  @Test
  void partitionsAddedLaterAreReadByGroupsThatExist() {
    kit().needs(Capability.ADD_PARTITIONS);
    String log = kit().log("log", 1);
    Seen<At> seen = new Seen<>("group");
    try (var c =
        b().log(log)
            .group(kit().name("g"))
            .startAt(Position.end())
            .start(r -> seen.add(At.of(r)))) {
      Eventually.that("assigned partitions", c::assigned, p -> p.size() == 1);
      a().log(log).addPartitions(3);
      assertThat(b().log(log).partitions()).as("partitions after adding").isEqualTo(3);
      append(log, 0, 40);
      seen.await(40);
      Eventually.that("assigned partitions", c::assigned, p -> p.size() == 3);
    }
    assertThat(seen.all().stream().map(At::text))
        .as("appended after partitions 1 and 2 were added; the group starts at the end")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 40));
    assertThat(seen.all().stream().map(At::partition).distinct()).as("partitions").hasSize(3);
  }

  @Guarantee({"G-06", "L-13"})
  @Test
  void resetMovesAGroupWithoutMembersAndLagTellsHowFarItIsBehind() {
    kit().needs(Capability.LOG_LAG);
    String name = kit().log("log", 2);
    String group = kit().name("g");
    append(name, 0, 20);
    Log log = a().log(name);
    handleAll(name, group, 20);
    assertThat(log.lag(group).total()).as("lag after all were handled").isZero();
    Eventually.that(
        "reset once the member is gone",
        () -> {
          try {
            log.reset(group, log.begin());
            return true;
          } catch (MqException e) {
            assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.OWNED_BY_OTHER);
            return false;
          }
        },
        done -> done);
    assertThat(log.lag(group).total()).as("lag after a reset to the beginning").isEqualTo(20);
    handleAll(name, group, 20);
  }

  private void handleAll(String log, String group, int count) {
    Seen<String> seen = new Seen<>("group " + group);
    try (var c = b().log(log).group(group).start(r -> seen.add(r.message().text()))) {
      seen.await(count);
      Eventually.done("commits", c.flush());
    }
    assertThat(seen.all()).containsExactlyInAnyOrderElementsOf(numbered("r", count));
  }

  @Guarantee({"X-13", "G-08"})
  @Test
  void aRecordThatKeepsFailingIsRetriedInPlaceThenDeadLettered() {
    String log = kit().log("log", 1);
    String dead = kit().queue("dead");
    AtomicInteger attempts = new AtomicInteger();
    Seen<String> handled = new Seen<>("group");
    append(log, 0, 10);
    try (var c =
        b().log(log)
            .group(kit().name("g"))
            .onFailure(Failure.retryThenDeadLetter(Duration.ofMillis(1), 3, "queue:" + dead))
            .start(
                r -> {
                  if (r.message().text().equals("r4")) {
                    attempts.incrementAndGet();
                    throw new IllegalStateException("meant to fail");
                  }
                  handled.add(r.message().text());
                })) {
      handled.await(9);
      assertThat(c.isPaused()).isFalse();
    }
    List<String> rest = numbered("r", 10);
    rest.remove("r4");
    assertThat(handled.all()).as("r4 fails, the rest goes on in order").isEqualTo(rest);
    assertThat(attempts).as("attempts of r4").hasValue(3);
    List<Got> letters = drain(dead, 1);
    assertThat(Got.texts(letters)).as("dead letters").containsExactly("r4");
    Message letter = letters.get(0).message();
    assertThat(letter.headers().text("mq-dead-log")).as("original log").isEqualTo(log);
    assertThat(letter.headers().text("mq-dead-reason")).as("reason").isEqualTo("max-attempts");
  }
}
