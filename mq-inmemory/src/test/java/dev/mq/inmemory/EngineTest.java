package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.SettleResult;
import dev.mq.inmemory.Taker.Taken;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.Spi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void theProviderIsFoundAndNamesItsKeys() {
    List<BackendProvider> found =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    assertThat(found).hasAtLeastOneElementOfType(InMemoryProvider.class);
    InMemoryProvider provider = new InMemoryProvider();
    assertThat(provider.spiVersion()).isEqualTo(Spi.VERSION);
    assertThat(provider.keys()).allMatch(k -> k.name().startsWith("mq.inmemory."));
  }

  @Test
  void sessionsOfOneEngineShareItsQueuesAndOthersDoNot() {
    BackendQueue queue = client.queue("q");
    client.publish(queue, "a");
    Client same = Client.of(engine, "other");
    assertThat(Taker.texts(same.take(same.queues.open("q", "1")).now())).containsExactly("a");
    try (InMemoryEngine second = InMemoryEngine.create()) {
      Client stranger = Client.of(second);
      assertThatThrownBy(() -> stranger.queues.open("q", "1"))
          .isInstanceOf(NotFoundException.class);
    }
  }

  @Test
  void aNamedEngineIsMadeOnceRunsOnTheSystemClockAndOutlivesItsSessions() {
    String name = "engine-test-" + System.nanoTime();
    Client first = new Client(engine, "a", Map.of("mq.inmemory.engine", name));
    first.publish(first.queue("q"), "a");
    first.close();
    try (InMemoryEngine named = InMemoryEngine.named(name)) {
      assertThat(named.queue("q").messages()).hasSize(1);
      assertThat(Duration.between(named.clock().now(), java.time.Instant.now()).abs())
          .isLessThan(LONG);
      assertThatThrownBy(() -> named.clock().advance(LONG))
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED));
      Client second = new Client(engine, "b", Map.of("mq.inmemory.engine", name));
      Taker taker = second.take(second.queues.open("q", "1"));
      taker.retry(taker.now().get(0), Duration.ofMillis(20));
      assertThat(taker.within(LONG)).extracting(Taken::failures).containsExactly(1);
    }
    assertThatThrownBy(() -> InMemoryEngine.named(name).queue("q"))
        .isInstanceOf(NotFoundException.class);
    InMemoryEngine.named(name).close();
  }

  @Test
  void aClosedPrivateEngineCannotBeOpenedAgain() {
    engine.close();
    engine.close();
    assertThatThrownBy(() -> Client.of(engine))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(client.session.healthProblem()).isNotEmpty();
  }

  @Test
  void theEngineItselfCanBeUnwrappedAndItsClockIsThatOfTheSession() {
    assertThat(client.session.unwrap(InMemoryEngine.class)).containsSame(engine);
    assertThat(client.session.unwrap(String.class)).isEmpty();
    assertThat(client.session.timeSource().orElseThrow().now()).isEqualTo(engine.clock().now());
    engine.clock().advance(Duration.ofSeconds(1));
    assertThat(client.session.timeSource().orElseThrow().now()).isEqualTo(engine.clock().now());
  }

  @Test
  void capabilitiesDoNotClaimPersistence() {
    assertThat(client.session.capabilities().has(Capability.PERSISTENT)).isFalse();
    assertThat(client.session.capabilities().value(Capability.PRIORITIES)).contains(32);
    assertThat(client.session.healthProblem()).isEmpty();
  }

  @Test
  void aKilledSessionReturnsItsLeasesFailsItsPublishesAndIsToldOnce() {
    BackendQueue queue = client.queue("q");
    Client dying = Client.of(engine, "dying");
    client.publish(queue, "a", "b");
    Taker taker = dying.take(queue);
    List<Taken> taken = taker.now(1);
    engine.kill("dying");
    assertThat(taker.events).containsExactly("lost all");
    assertThat(dying.events).containsExactly("lost engine");
    assertThat(taker.ackAll(taken)).containsExactly(SettleResult.LEASE_LOST);
    assertThat(taker.now()).isEmpty();
    assertThat(client.take(queue).now()).extracting(Taken::attempt).containsExactly(2, 1);
    assertThat(MqException.of(dying.publish(queue, "c").error(0)).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(dying.session.healthProblem()).contains("killed");
    assertThatThrownBy(() -> dying.queue("new")).isInstanceOf(MqException.class);
    taker.close();
    dying.close();
    assertThatThrownBy(() -> engine.kill("dying")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aKilledSessionTakesItsExclusiveAndTemporaryQueuesAlong() {
    Client dying = Client.of(engine, "dying");
    BackendQueue exclusive = dying.queue(dev.mq.api.QueueSpec.builder("exclusive").exclusive());
    BackendQueue temporary = dying.queue(dev.mq.api.QueueSpec.builder("temporary").temporary());
    dying.take(exclusive);
    dying.take(temporary);
    engine.kill("dying");
    assertThatThrownBy(() -> client.queues.open("exclusive", "1"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> client.queues.open("temporary", "1"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aBodyThatIsTooLargeFailsAloneAndItsNeighboursAreStored() {
    Client small = new Client(engine, "small", Map.of("mq.inmemory.max-body-bytes", "3"));
    BackendQueue queue = small.queue("q");
    BackendLog log = small.log("l", 2);
    Sent sent =
        new Sent()
            .add(queue, Client.message("abc"))
            .add(queue, Client.message("abcd"))
            .add(queue, Client.message("ab"))
            .add(log, Client.message("a"), 1)
            .add(log, Client.message("b"), 0)
            .add(log, Client.message("c"), 0);
    small.publisher.publish(sent);
    assertThat(MqException.of(sent.error(1)).code()).isEqualTo(ErrorCode.TOO_LARGE);
    List<Object> others = new ArrayList<>(sent.outcomes());
    others.remove(1);
    assertThat(others).containsExactly("ok", "ok", "ok 1/0", "ok 0/0", "ok 0/1");
    assertThat(engine.queue("q").messages()).extracting(Message::text).containsExactly("abc", "ab");
    assertThat(small.session.capabilities().value(Capability.MAX_BODY_BYTES)).contains(3);
  }

  @Test
  void aClosedPublisherFailsDefinitely() {
    BackendQueue queue = client.queue("q");
    client.publisher.close(LONG);
    assertThat(MqException.of(client.publish(queue, "a").error(0)).code())
        .isEqualTo(ErrorCode.CLOSED);
  }

  @Test
  void idleMeansNothingInHandAndNothingThatAConsumerCouldTake() throws Exception {
    BackendQueue queue = client.queue("q");
    client.publish(queue, "a");
    engine.awaitIdle(Duration.ZERO);
    Taker taker = client.take(queue);
    assertThatThrownBy(() -> engine.awaitIdle(Duration.ofMillis(5)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "queue 'q' has 0 messages in hand and 1 that its consumers could take");
    List<Taken> taken = taker.now();
    assertThatThrownBy(() -> engine.awaitIdle(Duration.ofMillis(5)))
        .hasMessageContaining("queue 'q' has 1 messages in hand and 0");
    Thread waits = new Thread(() -> engine.awaitIdle(LONG));
    waits.start();
    await().until(() -> waits.getState() == Thread.State.TIMED_WAITING);
    taker.retry(taken.get(0), Duration.ofSeconds(1));
    waits.join();
    engine.awaitIdle(Duration.ZERO);
  }

  @Test
  void idleMeansThatGroupsWithMembersHaveCommittedEverything() {
    BackendLog log = client.log("l", 2);
    client.append(log, 0, "a");
    engine.awaitIdle(Duration.ZERO);
    Joined one = Joined.of(client, log);
    assertThatThrownBy(() -> engine.awaitIdle(Duration.ofMillis(5)))
        .hasMessageContaining("group 'g' of log 'l'");
    one.poll();
    assertThatThrownBy(() -> engine.awaitIdle(Duration.ofMillis(5)))
        .hasMessageContaining("has 1 records");
    one.commit(0, 1);
    engine.awaitIdle(Duration.ZERO);
    client.append(log, 1, "b");
    one.member.close();
    engine.awaitIdle(Duration.ZERO);
  }

  @Test
  void advancingLetsConsumersActAtEachMomentSoThatDelaysAddUp() throws Exception {
    BackendQueue queue = client.queue("q");
    Taker taker = client.take(queue);
    List<Long> seconds = java.util.Collections.synchronizedList(new ArrayList<>());
    long start = engine.clock().now().getEpochSecond();
    Thread consumer =
        new Thread(
            () -> {
              for (int failures = 0; failures < 5; failures++) {
                Taken t = taker.within(LONG).get(0);
                seconds.add(engine.clock().now().getEpochSecond() - start);
                taker.retry(t, Duration.ofSeconds(1L << t.failures()));
              }
              taker.ackAll(taker.within(LONG));
            });
    consumer.start();
    client.publish(queue, "a");
    engine.clock().advance(Duration.ofMinutes(2));
    consumer.join();
    assertThat(seconds).containsExactly(0L, 1L, 3L, 7L, 15L);
    assertThat(engine.queue("q").depth()).isZero();
  }

  @Test
  void advancingIsNotHeldUpForEverByAHandlerThatWaitsForTheClock() throws Exception {
    BackendQueue queue = client.queue("q");
    client.publish(queue, "a");
    Taker taker = client.take(queue);
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch hour = new CountDownLatch(1);
    AtomicInteger ticks = new AtomicInteger();
    Thread handler =
        new Thread(
            () -> {
              List<Taken> taken = taker.now();
              engine.internal().time().schedule(Duration.ofHours(1), hour::countDown);
              waits.countDown();
              try {
                hour.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              taker.ackAll(taken);
            });
    handler.start();
    waits.await();
    assertThat(engine.queue("q").inHand()).hasSize(1);
    for (int i = 1; i <= 3600; i++) {
      engine.internal().time().schedule(Duration.ofSeconds(i), ticks::incrementAndGet);
    }
    long before = System.nanoTime();
    engine.clock().advance(Duration.ofHours(2));
    handler.join();
    assertThat(ticks).hasValue(3600);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void anEngineAtRestHasNoThread() {
    BackendQueue queue = client.queue("q");
    Taker taker = client.take(queue);
    client.publish(queue, "a");
    taker.retry(taker.now().get(0), Duration.ofHours(1));
    Joined.of(client, client.log("l", 1)).poll();
    assertThat(threads(engine.name())).isEmpty();
    try (InMemoryEngine named = InMemoryEngine.named("threads-" + System.nanoTime())) {
      Client own = Client.of(named);
      BackendQueue q = own.queue("q");
      own.publish(q, "a");
      Taker t = own.take(q);
      t.retry(t.now().get(0), Duration.ofMillis(1));
      assertThat(t.within(LONG)).hasSize(1);
      await().atMost(LONG).until(() -> threads(named.name()).isEmpty());
    }
  }

  private static List<String> threads(String engine) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(n -> n.contains(engine))
        .toList();
  }
}
