package dev.mq.rabbit.spike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.mq.api.Broker;
import dev.mq.api.ErrorCode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import dev.mq.api.SettleResult;
import dev.mq.api.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Logs and their groups on a real RabbitMQ, through the runtime; logs what it measures. */
final class RabbitSpikeLogIT extends SpikeFixture {
  private void declareLog(Broker broker, int partitions, int records) {
    broker.declare(Topology.builder().log(LogSpec.of(name, partitions)).build());
    Producer producer = broker.log(name).producer().open();
    IntStream.range(0, records)
        .mapToObj(i -> producer.sendAsync(Message.builder().key("k" + i).body("r" + i).build()))
        .toList()
        .forEach(s -> assertThat(failure(s.toCompletableFuture())).isNull());
  }

  private GroupConsumer join(Broker broker, Set<String> seen) {
    return broker.log(name).group("g").start(r -> seen.add(r.message().text()));
  }

  @Test
  void handsAPartitionOverWithItsCommittedPosition() {
    Broker first = open();
    Broker second = open();
    declareLog(first, 2, 500);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    GroupConsumer leader = join(first, one);
    await().atMost(LONG).until(() -> one.size() == 500);
    GroupConsumer standby = join(second, two);
    assertThat(leader.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    assertThat(standby.assigned()).isEmpty();
    long t0 = System.nanoTime();
    assertThat(leader.close(LONG)).isTrue();
    double closed = millisSince(t0);
    await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> owns(standby));
    LOG.warn("FIGURE clean hand-over: close {} ms, owned {} ms", closed, millisSince(t0));
    Producer producer = second.log(name).producer().open();
    producer.send(Message.builder().key("k").body("last").build());
    await().atMost(LONG).until(() -> two.contains("last"));
    assertThat(two).as("nothing twice after a clean hand-over").containsExactly("last");
  }

  private static boolean owns(GroupConsumer member) {
    return member.assigned().size() == 2;
  }

  @Test
  void failsOverWhenTheHolderIsCutOffAndFencesItsCommit() {
    Broker first = open();
    Broker second = open();
    declareLog(first, 2, 100);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    List<Double> millis = new ArrayList<>();
    Set<Integer> lost = ConcurrentHashMap.newKeySet();
    GroupConsumer holder =
        first
            .log(name)
            .group("g")
            .onLost(lost::addAll)
            .start(r -> one.add(r.message().text()));
    await().atMost(LONG).until(() -> one.size() == 100);
    assertThat(holder.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    GroupConsumer standby = join(second, two);
    Broker from = first;
    GroupConsumer to = standby;
    GroupConsumer other = holder;
    for (int i = 0; i < 10; i++) {
      GroupConsumer cutOff = other;
      GroupConsumer next = to;
      long t0 = System.nanoTime();
      cut(from);
      await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> owns(next));
      millis.add(millisSince(t0));
      await().atMost(LONG).until(() -> cutOff.assigned().isEmpty());
      assertThatThrownBy(() -> cutOff.commit(next(0)).toCompletableFuture().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(MqException.class)
          .extracting(e -> MqException.of(e).code())
          .isEqualTo(ErrorCode.FENCED);
      from = from == first ? second : first;
      to = cutOff;
      other = next;
    }
    figures("fail-over of two partitions", millis);
    assertThat(lost).containsExactlyInAnyOrder(0, 1);
    assertThat(two).as("the committed position went along").isEmpty();
  }

  private static Positions next(long offset) {
    return Positions.of(0, offset);
  }

  private static void cut(Broker broker) {
    try {
      session(broker).cut();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void ignoresWhatAZombiePublishesOnAnotherConnection() {
    Broker first = open();
    Broker second = open();
    declareLog(first, 1, 50);
    Set<String> one = ConcurrentHashMap.newKeySet();
    GroupConsumer holder = join(first, one);
    await().atMost(LONG).until(() -> one.size() == 50);
    assertThat(holder.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    String tokens = SpikeMember.tokens("g", name + "-0");
    session(second)
        .call(
            c -> {
              c.confirmSelect();
              for (long next : new long[] {0, 7, 1_000}) {
                Map<String, Object> stale = Map.of("epoch", 0L, "next", next, "by", "zombie");
                AMQP.BasicProperties p =
                    new AMQP.BasicProperties.Builder().deliveryMode(2).headers(stale).build();
                c.basicPublish("", tokens, p, new byte[0]);
              }
              return c.waitForConfirms(10_000);
            });
    await().atMost(LONG).until(() -> session(second).call(c -> c.messageCount(tokens)) == 0);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      long t0 = System.nanoTime();
      holder.commit(next(20 + i % 20)).toCompletableFuture().join();
      millis.add(millisSince(t0));
    }
    figures("commit by the token", millis);
    holder.commit(next(48)).toCompletableFuture().join();
    holder.close(LONG);
    Set<String> two = ConcurrentHashMap.newKeySet();
    OptionalLong end = OptionalLong.of(50);
    join(second, two);
    await().atMost(LONG).until(() -> two.size() == 2);
    assertThat(two).containsExactlyInAnyOrder("r48", "r49");
    await().atMost(LONG).until(() -> second.log(name).committed("g").offset(0).equals(end));
    assertThat(second.log(name).end().offset(0)).hasValue(50);
  }
}
