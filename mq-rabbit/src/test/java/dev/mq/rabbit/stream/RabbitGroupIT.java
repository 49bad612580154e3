package dev.mq.rabbit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Broker;
import dev.mq.api.ErrorCode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import dev.mq.rabbit.CutProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Log groups on a real RabbitMQ, through the runtime. */
final class RabbitGroupIT extends LogFixture {
  private GroupConsumer join(Broker broker, Set<String> seen) {
    return broker.log(name).group("g").start(r -> seen.add(r.message().text()));
  }

  /** Waits until so many are committed: a handler may not have returned when its test has seen. */
  private void committed(GroupConsumer member, Broker broker, long total) {
    until(
        () -> {
          assertThat(member.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
          return broker.log(name).committed("g").total() == total;
        });
  }

  private static void until(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .pollDelay(Duration.ZERO)
        .atMost(LONG)
        .until(condition);
  }

  @Test
  void handsOverEverythingWithItsCommittedPosition() {
    Broker first = open();
    Broker second = open();
    declare(first, 2);
    append(first, "r", 500);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    GroupConsumer leader = join(first, one);
    until(() -> one.size() == 500);
    committed(leader, second, 500);
    assertThat(leader.close(LONG)).isTrue();
    assertThat(second.log(name).committed("g").total()).isEqualTo(500);
    GroupConsumer next = join(second, two);
    until(() -> next.assigned().size() == 2);
    append(second, "s", 10);
    until(() -> two.size() == 10);
    assertThat(two).allMatch(t -> t.startsWith("s"));
    assertThat(second.log(name).lag("other").total()).isEqualTo(510);
  }

  @Test
  void givesTwoAndThreeMembersTheirShare() {
    Broker a = open();
    Broker b = open();
    Broker c = open();
    declare(a, 8);
    append(a, "r", 800);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    long t0 = System.nanoTime();
    GroupConsumer one = join(a, seen);
    until(() -> one.assigned().size() == 8);
    LOG.warn("FIGURE first member owns 8: {} ms", round(millisSince(t0)));
    until(() -> seen.size() == 800);
    long t1 = System.nanoTime();
    GroupConsumer two = join(b, seen);
    until(() -> one.assigned().size() == 4 && two.assigned().size() == 4);
    LOG.warn("FIGURE second member owns 4: {} ms", round(millisSince(t1)));
    GroupConsumer three = join(c, seen);
    until(
        () ->
            one.assigned().size() + two.assigned().size() + three.assigned().size() == 8
                && three.assigned().size() >= 2
                && one.assigned().size() >= 2
                && two.assigned().size() >= 2);
    one.close(LONG);
    until(() -> two.assigned().size() == 4 && three.assigned().size() == 4);
    append(a, "s", 100);
    until(() -> seen.size() == 900);
  }

  @Test
  void failsOverWhenTheHolderIsCutOffAndFencesItsCommit() throws Exception {
    CutProxy proxy = new CutProxy(rabbit.amqpPort());
    Broker first = open(through(proxy));
    Broker second = open();
    declare(first, 2);
    append(first, "r", 100);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    Set<Integer> lost = ConcurrentHashMap.newKeySet();
    GroupConsumer holder =
        first.log(name).group("g").onLost(lost::addAll).start(r -> one.add(r.message().text()));
    until(() -> one.size() == 100);
    committed(holder, first, 100);
    GroupConsumer standby = join(second, two);
    until(() -> standby.assigned().size() == 1);
    proxy.refuse(true);
    long t0 = System.nanoTime();
    proxy.cut();
    until(() -> standby.assigned().size() == 2);
    LOG.warn("FIGURE fail-over: {} ms", round(millisSince(t0)));
    until(() -> holder.assigned().isEmpty());
    assertThat(lost).hasSize(1);
    assertThatThrownBy(() -> holder.commit(Positions.of(0, 0)).toCompletableFuture().join())
        .extracting(e -> MqException.of(e.getCause()).code())
        .isEqualTo(ErrorCode.FENCED);
    assertThat(two).as("the committed position went along").isEmpty();
    proxy.refuse(false);
    until(() -> holder.assigned().size() == 1 && standby.assigned().size() == 1);
    proxy.close();
  }

  @Test
  void aPartitionLostAndGotBackDuringAHandOverHasOneOwner() throws Exception {
    CutProxy proxy = new CutProxy(rabbit.amqpPort());
    Broker first = open(through(proxy));
    Broker second = open();
    declare(first, 2);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch revoking = new CountDownLatch(1);
    CountDownLatch revoked = new CountDownLatch(1);
    GroupConsumer holder =
        first
            .log(name)
            .group("g")
            .onRevoked(
                partitions -> {
                  revoking.countDown();
                  boolean unused = await(revoked);
                })
            .start(r -> seen.add(r.message().text()));
    until(() -> holder.assigned().size() == 2);
    GroupConsumer passing = join(second, seen);
    assertThat(await(revoking)).isTrue();
    proxy.cut();
    until(() -> passing.assigned().size() == 2);
    // Time for the holder to get in line, then to get both again, of which it is not told yet, and
    // then for the third one to ask it for one. Nothing shows any of it from outside.
    TimeUnit.SECONDS.sleep(1);
    assertThat(passing.close(LONG)).isTrue();
    TimeUnit.SECONDS.sleep(1);
    GroupConsumer third = join(second, seen);
    TimeUnit.SECONDS.sleep(1);
    revoked.countDown();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(LONG)
        .until(
            () -> {
              Set<Integer> its = third.assigned();
              Set<Integer> own = holder.assigned();
              assertThat(Collections.disjoint(its, own)).as("%s and %s", its, own).isTrue();
              return own.size() == 1 && its.size() == 1;
            });
    append(second, "r", 20);
    until(() -> seen.size() == 20);
    proxy.close();
  }

  @Test
  void aPartitionWhoseStartCannotBeReadIsReadLater() throws Exception {
    CutProxy proxy = new CutProxy(rabbit.streamPort());
    Broker other = open();
    declare(other, 2);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer before = join(other, seen);
    until(() -> before.assigned().size() == 2);
    assertThat(before.close(LONG)).isTrue();
    append(other, "r", 20);
    Broker broker =
        open(
            config()
                .set("mq.rabbit.stream-uris", "rabbitmq-stream://127.0.0.1:" + proxy.listensOn()));
    append(broker, "s", 20);
    proxy.refuse(true);
    GroupConsumer member = join(broker, seen);
    TimeUnit.SECONDS.sleep(2);
    assertThat(seen).as("read without knowing where to start").isEmpty();
    proxy.refuse(false);
    until(() -> seen.size() == 40);
    assertThat(member.assigned()).containsExactlyInAnyOrder(0, 1);
    proxy.close();
  }

  @Test
  void aPartitionAddedWhileAMemberIsAwayEndsNoGroup() throws Exception {
    CutProxy proxy = new CutProxy(rabbit.amqpPort());
    Broker broker = open(through(proxy));
    Broker other = open();
    declare(other, 1);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer member = join(broker, seen);
    until(() -> member.assigned().size() == 1);
    proxy.refuse(true);
    proxy.cut();
    declare(other, 2);
    append(other, "r", 20);
    // The member sees the new partition by its stream connection while it cannot join.
    TimeUnit.SECONDS.sleep(5);
    proxy.refuse(false);
    until(() -> seen.size() == 20);
    assertThat(member.assigned()).containsExactlyInAnyOrder(0, 1);
    proxy.close();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void commitsByTheToken() {
    Broker broker = open();
    declare(broker, 1);
    append(broker, "r", 50);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer holder = join(broker, seen);
    until(() -> seen.size() == 50);
    committed(holder, broker, 50);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      long t0 = System.nanoTime();
      holder.commit(Positions.of(0, 20 + i % 20)).toCompletableFuture().join();
      millis.add(millisSince(t0));
    }
    figures("commit by the token", millis);
    assertThat(broker.log(name).committed("g").offset(0)).hasValue(39);
    holder.commit(Positions.of(0, 48)).toCompletableFuture().join();
    holder.close(LONG);
    Set<String> again = ConcurrentHashMap.newKeySet();
    join(broker, again);
    until(() -> again.size() == 2);
    assertThat(again).containsExactlyInAnyOrder("r48", "r49");
  }

  @Test
  void resetsAGroupWithoutMembers() {
    Broker broker = open();
    declare(broker, 2);
    append(broker, "r", 100);
    broker.log(name).reset("g", Positions.of(0, 3).with(1, 4));
    assertThat(broker.log(name).committed("g")).isEqualTo(Positions.of(0, 3).with(1, 4));
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer member = join(broker, seen);
    until(() -> seen.size() == 93);
    assertThatThrownBy(() -> broker.log(name).reset("g", Positions.of(0, 0)))
        .extracting(e -> MqException.of(e).code())
        .isEqualTo(ErrorCode.OWNED_BY_OTHER);
    committed(member, broker, 100);
    member.close(LONG);
    broker.log(name).reset("g", Positions.of(0, 0));
    assertThat(broker.log(name).committed("g").offset(0)).hasValue(0);
  }

  @Test
  void startsAtTheEndAndReadsAddedPartitionsFromTheirBeginning() {
    Broker broker = open();
    Broker other = open();
    declare(broker, 1);
    append(broker, "old", 20);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer member =
        broker
            .log(name)
            .group("g")
            .startAt(Position.end())
            .start(r -> seen.add(r.message().text()));
    until(() -> member.assigned().size() == 1);
    append(broker, "new", 20);
    until(() -> seen.size() == 20);
    other.log(name).addPartitions(3);
    append(other, "more", 30);
    until(() -> seen.size() == 50);
    assertThat(member.assigned()).containsExactly(0, 1, 2);
    assertThat(seen).noneMatch(t -> t.startsWith("old"));
  }

  @Test
  void givesEveryGroupEveryRecord() {
    Broker broker = open();
    declare(broker, 2);
    append(broker, "r", 200);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    broker.log(name).group("a/b").start(r -> one.add(r.message().text()));
    broker.log(name).group("a").start(r -> two.add(r.message().text()));
    until(() -> one.size() == 200 && two.size() == 200);
  }

  @Test
  void goesOnAfterTheBrokerWasKilledFromWhatWasCommitted() {
    Broker broker = open();
    declare(broker, 2);
    append(broker, "r", 100);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer member = join(broker, seen);
    until(() -> seen.size() == 100);
    committed(member, broker, 100);
    rabbit.kill();
    rabbit.start();
    until(() -> member.assigned().size() == 2);
    assertThat(broker.log(name).committed("g").total()).isEqualTo(100);
    append(broker, "s", 50);
    until(() -> seen.size() == 150);
  }
}
