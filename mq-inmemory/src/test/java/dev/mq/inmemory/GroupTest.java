package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.inmemory.Reader.Read;
import dev.mq.spi.BackendLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void theOnlyMemberOwnsEverythingAndStartsAtTheBeginning() {
    BackendLog log = client.log("l", 3);
    client.append(log, 2, "a", "b");
    Joined one = Joined.of(client, log);
    assertThat(Reader.texts(one.poll())).containsExactly("a", "b");
    assertThat(one.events).containsExactly("assigned [0, 1, 2]");
  }

  @Test
  void aPartitionMovesOnlyAfterItsOldOwnerHasRunItsRevokedCallback() {
    BackendLog log = client.log("l", 4);
    Joined one = Joined.of(client, log);
    one.poll();
    Joined two = Joined.of(client, log);
    two.poll();
    assertThat(two.owned).as("nobody gave anything up yet").isEmpty();
    one.onRevoked =
        partitions -> {
          two.poll();
          assertThat(two.owned).as("while the callback runs").isEmpty();
        };
    one.poll();
    assertThat(one.events).containsExactly("assigned [0, 1, 2, 3]", "revoked [2, 3]");
    two.poll();
    assertThat(two.events).containsExactly("assigned [2, 3]");
  }

  @Test
  void theNewOwnerGoesOnWhereTheOldOneCommittedInItsRevokedCallback() {
    BackendLog log = client.log("l", 2);
    client.append(log, 1, "a", "b", "c");
    Joined one = Joined.of(client, log);
    one.poll();
    one.onRevoked = partitions -> assertThat(one.commit(1, 2)).isNull();
    Joined two = Joined.of(client, log);
    one.poll();
    assertThat(Reader.texts(two.poll())).containsExactly("c");
    assertThat(client.logs.committed(log, "g")).isEqualTo(Positions.of(1, 2));
  }

  @Test
  void aCommitOfAPartitionNotOwnedIsFencedAndChangesNothingOfIt() {
    BackendLog log = client.log("l", 2);
    client.append(log, 0, "a");
    client.append(log, 1, "a");
    Joined one = Joined.of(client, log);
    one.poll();
    Joined two = Joined.of(client, log);
    one.poll();
    two.poll();
    assertThat(one.owned).containsExactly(0);
    Throwable error = one.commit(Positions.of(Map.of(0, 1L, 1, 1L)));
    assertThat(MqException.of(error).code()).isEqualTo(ErrorCode.FENCED);
    assertThat(client.logs.committed(log, "g")).isEqualTo(Positions.of(0, 1));
    assertThatThrownBy(() -> one.member.seek(1, 0)).isInstanceOf(MqException.class);
    assertThat(MqException.of(two.commit(1, 2)).code())
        .as("beyond the end")
        .isEqualTo(ErrorCode.OUT_OF_RANGE);
  }

  @Test
  void aCallbackMaySeekPauseAndResume() {
    BackendLog log = client.log("l", 2);
    client.append(log, 0, "a", "b", "c");
    client.append(log, 1, "d");
    Joined one = Joined.of(client, log);
    one.onAssigned =
        partitions -> {
          one.member.seek(0, 2);
          one.member.pause(1);
        };
    assertThat(Reader.texts(one.poll())).containsExactly("c");
    one.member.resume(1);
    assertThat(Reader.texts(one.poll())).containsExactly("d");
  }

  @Test
  void closingRevokesAndTheOthersTakeOver() {
    BackendLog log = client.log("l", 2);
    client.append(log, 0, "a", "b");
    client.append(log, 1, "c", "d");
    Joined one = Joined.of(client, log);
    Joined two = Joined.of(client, log);
    one.poll();
    two.poll();
    one.onRevoked = partitions -> assertThat(one.commit(0, 1)).isNull();
    one.member.close();
    assertThat(one.events).containsExactly("assigned [0]", "revoked [0]");
    assertThat(Reader.texts(two.poll())).containsExactly("b");
    assertThat(MqException.of(one.commit(0, 2)).code()).isEqualTo(ErrorCode.FENCED);
  }

  @Test
  void aSilentMemberLosesItsPartitionsIsToldAndComesBack() {
    BackendLog log = client.log("l", 2);
    client.append(log, 0, "a", "b");
    Joined silent = Joined.of(client, log);
    silent.poll();
    Joined other = Joined.of(client, log);
    silent.poll();
    other.poll();
    assertThat(silent.owned).containsExactly(0);
    engine.clock().advance(Duration.ofSeconds(30));
    other.poll();
    engine.clock().advance(Duration.ofSeconds(16));
    assertThat(Reader.texts(other.poll())).containsExactly("a", "b");
    assertThat(MqException.of(silent.commit(0, 2)).code()).isEqualTo(ErrorCode.FENCED);
    assertThat(silent.poll()).isEmpty();
    assertThat(silent.events).endsWith("lost [0]");
    other.poll();
    silent.poll();
    assertThat(silent.owned).hasSize(1);
    assertThat(other.owned).hasSize(1);
  }

  @Test
  void aMemberThatWaitsInItsPollIsAliveHoweverLong() throws Exception {
    BackendLog log = client.log("l", 1);
    Joined one = Joined.of(client, log);
    one.poll();
    CompletableFuture<List<Read>> result = new CompletableFuture<>();
    Thread thread = new Thread(() -> result.complete(one.poll(Duration.ofMinutes(1))));
    thread.start();
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    engine.clock().advance(Duration.ofHours(1));
    client.append(log, 0, "a");
    assertThat(Reader.texts(result.get())).containsExactly("a");
    thread.join();
    assertThat(one.events).containsExactly("assigned [0]");
    engine.clock().advance(Duration.ofSeconds(44));
    one.poll();
    engine.clock().advance(Duration.ofSeconds(44));
    one.poll();
    assertThat(one.events).containsExactly("assigned [0]");
  }

  @Test
  void aMemberThatHangsInItsRevokedCallbackIsSilent() {
    BackendLog log = client.log("l", 2);
    Joined hangs = Joined.of(client, log);
    hangs.poll();
    Joined other = Joined.of(client, log);
    other.poll();
    hangs.onRevoked =
        partitions -> {
          engine.clock().advance(Duration.ofSeconds(44));
          other.poll();
          engine.clock().advance(Duration.ofSeconds(2));
          other.poll();
          assertThat(other.owned).containsExactly(0, 1);
        };
    hangs.poll();
    assertThat(hangs.events).startsWith("assigned [0, 1]", "revoked [1]");
    hangs.poll();
    assertThat(hangs.events).contains("lost [0]");
  }

  @Test
  void aKilledMemberIsToldItsLossAndItsPartitionsMoveAtOnce() {
    BackendLog log = client.log("l", 2);
    Client dying = Client.of(engine, "dying");
    Joined one = Joined.of(dying, log);
    one.poll();
    Joined two = Joined.of(client, log);
    engine.kill("dying");
    two.poll();
    assertThat(two.owned).containsExactly(0, 1);
    assertThatThrownBy(one::poll)
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(one.events).endsWith("lost [0, 1]");
    one.member.close();
  }

  @Test
  void aNewGroupStartsWhereItsFirstMemberSaidAndThatIsFixedThen() {
    BackendLog log = client.log("l", 1);
    client.append(log, 0, "before");
    engine.clock().advance(Duration.ofSeconds(1));
    Joined latest = new Joined(client, log, "latest", Position.end());
    client.append(log, 0, "between");
    Joined byTime = new Joined(client, log, "time", Position.at(engine.clock().now()));
    Joined byOffset = new Joined(client, log, "offset", Position.of(Positions.of(0, 1)));
    assertThat(Reader.texts(latest.poll())).containsExactly("between");
    assertThat(Reader.texts(byTime.poll())).containsExactly("between");
    assertThat(Reader.texts(byOffset.poll())).containsExactly("between");
    latest.member.close();
    client.append(log, 0, "after");
    Joined again = new Joined(client, log, "latest", Position.end());
    assertThat(Reader.texts(again.poll()))
        .as("nothing was committed")
        .containsExactly("between", "after");
    assertThatThrownBy(() -> new Joined(client, log, "beyond", Position.of(Positions.of(0, 4))))
        .isInstanceOf(MqException.class);
  }

  @Test
  void groupsReadIndependently() {
    BackendLog log = client.log("l", 1);
    client.append(log, 0, "a");
    Joined one = new Joined(client, log, "one", Position.begin());
    Joined two = new Joined(client, log, "two", Position.begin());
    assertThat(one.poll()).hasSize(1);
    one.commit(0, 1);
    assertThat(two.poll()).hasSize(1);
    assertThat(client.logs.committed(log, "two")).isEqualTo(Positions.none());
    assertThat(client.logs.committed(log, "none")).isEqualTo(Positions.none());
  }

  @Test
  void partitionsAddedLaterAreReadFromTheirBeginningAlsoByAGroupThatStartedAtTheEnd() {
    BackendLog log = client.log("l", 1);
    Joined live = new Joined(client, log, "live", Position.end());
    live.poll();
    Joined gone = new Joined(client, log, "gone", Position.end());
    gone.member.close();
    client.logs.addPartitions(log, 2);
    client.append(log, 1, "a");
    assertThat(Reader.texts(live.poll())).containsExactly("a");
    assertThat(Reader.texts(new Joined(client, log, "gone", Position.end()).poll()))
        .containsExactly("a");
    Joined fresh = new Joined(client, log, "new", Position.end());
    assertThat(fresh.poll()).isEmpty();
  }

  @Test
  void resetMovesAGroupWithoutMembersOnly() {
    BackendLog log = client.log("l", 1);
    client.append(log, 0, "a", "b");
    Joined one = Joined.of(client, log);
    assertThatThrownBy(() -> client.logs.reset(log, "g", Positions.of(0, 1)))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY_OTHER));
    one.member.close();
    client.logs.reset(log, "g", Positions.of(0, 1));
    assertThat(Reader.texts(Joined.of(client, log).poll())).containsExactly("b");
    assertThatThrownBy(() -> client.logs.reset(log, "h", Positions.of(0, 3)))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
  }

  @Test
  void aListenerThatThrowsInRevokedStillGivesThePartitionsUp() {
    BackendLog log = client.log("l", 2);
    Joined one = Joined.of(client, log);
    one.poll();
    Joined two = Joined.of(client, log);
    one.onRevoked =
        partitions -> {
          throw new IllegalStateException("no");
        };
    assertThatThrownBy(one::poll).isInstanceOf(IllegalStateException.class);
    two.poll();
    assertThat(two.owned).containsExactly(1);
  }
}
