package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.MqException;
import dev.mq.spi.TopologyLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopologyLogTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client one = Client.of(engine, "one");
  private final Client two = Client.of(engine, "two");

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void everyFollowerHasSeenACommandWhenItsAppendReturns() {
    Follower first = new Follower();
    Follower second = new Follower();
    one.topology.follow(first);
    assertThat(append(one, "a")).isZero();
    two.topology.follow(second);
    assertThat(append(two, "b")).isEqualTo(1);
    assertThat(first.seen).containsExactly("0 a", "1 b");
    assertThat(second.seen).containsExactly("0 a", "1 b");
    assertThat(one.topology.endNow()).isEqualTo(2);
  }

  @Test
  void readingTheEndAnswersAtOnce() {
    append(one, "a");
    List<Long> ends = new ArrayList<>();
    two.topology.readEnd(
        new TopologyLog.EndCallback() {
          @Override
          public void end(long offset) {
            ends.add(offset);
          }

          @Override
          public void failed(Throwable error) {
            throw new AssertionError(error);
          }
        });
    assertThat(ends).containsExactly(1L);
  }

  @Test
  void aFollowerIsToldInOrderOneAtATimeWhoeverAppends() throws Exception {
    Follower first = new Follower();
    Follower second = new Follower();
    one.topology.follow(first);
    two.topology.follow(second);
    List<Thread> threads = new ArrayList<>();
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < 4; t++) {
      Client client = t % 2 == 0 ? one : two;
      Follower own = t % 2 == 0 ? first : second;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  long offset = append(client, "x");
                  if (own.next <= offset) {
                    wrong.add("offset " + offset + " not seen when its append returned");
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(first.wrong).isEmpty();
    assertThat(second.wrong).isEmpty();
    assertThat(first.next).isEqualTo(8000);
  }

  @Test
  void aFollowerThatAppendsIsToldAfterItsCallbackHasReturned() {
    List<String> seen = new ArrayList<>();
    one.topology.follow(
        new TopologyLog.Follower() {
          @Override
          public void command(long offset, byte[] command) {
            seen.add("begin " + offset);
            if (offset == 0) {
              append(one, "nested");
            }
            seen.add("end " + offset);
          }

          @Override
          public void reached(long offset) {}
        });
    append(one, "a");
    assertThat(seen).containsExactly("begin 0", "end 0", "begin 1", "end 1");
  }

  @Test
  void trimmedCommandsAreGoneAndALaterFollowerStartsBehindThem() {
    append(one, "a");
    append(one, "b");
    append(one, "snapshot");
    one.topology.trim(2);
    one.topology.trim(1);
    Follower follower = new Follower();
    two.topology.follow(follower);
    append(one, "c");
    assertThat(follower.seen).containsExactly("reached 2", "2 snapshot", "3 c");
    one.topology.trim(99);
    Follower last = new Follower();
    two.topology.follow(last);
    assertThat(last.seen).containsExactly("reached 4");
    assertThat(append(one, "d")).isEqualTo(4);
  }

  @Test
  void aStoppedFollowerIsToldNothingMoreAndOneThatThrowsHindersNobody() {
    Follower stopped = new Follower();
    one.topology.follow(stopped).close();
    one.topology.follow(
        new TopologyLog.Follower() {
          @Override
          public void command(long offset, byte[] command) {
            throw new IllegalStateException("expected in this test");
          }

          @Override
          public void reached(long offset) {}
        });
    Follower good = new Follower();
    two.topology.follow(good);
    append(one, "a");
    assertThat(stopped.seen).isEmpty();
    assertThat(good.seen).containsExactly("0 a");
  }

  @Test
  void aLateViewIsToldByTheClockInOrderAndTheOthersAtOnce() {
    engine.faults(1).lateTopology("two", Duration.ofSeconds(3));
    Follower early = new Follower();
    Follower late = new Follower();
    one.topology.follow(early);
    two.topology.follow(late);
    append(one, "a");
    engine.clock().advance(Duration.ofSeconds(1));
    append(two, "b");
    assertThat(early.seen).containsExactly("0 a", "1 b");
    assertThat(late.seen).isEmpty();
    engine.clock().advance(Duration.ofSeconds(2));
    assertThat(late.seen).containsExactly("0 a");
    engine.clock().advance(Duration.ofSeconds(1));
    assertThat(late.seen).containsExactly("0 a", "1 b");
    engine.assertAllFaultsFired();
  }

  @Test
  void aDeadOrClosedSessionNeitherAppendsNorFollows() {
    Follower follower = new Follower();
    one.topology.follow(follower);
    engine.kill("one");
    append(two, "a");
    assertThat(follower.seen).isEmpty();
    assertThatThrownBy(() -> append(one, "b")).isInstanceOf(MqException.class);
    two.close();
    assertThatThrownBy(() -> append(two, "c")).isInstanceOf(MqException.class);
    assertThatThrownBy(() -> two.topology.follow(follower)).isInstanceOf(MqException.class);
  }

  private static long append(Client client, String text) {
    return client.topology.append(text.getBytes(StandardCharsets.UTF_8));
  }

  private static final class Follower implements TopologyLog.Follower {
    final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    volatile long next;
    private volatile boolean inside;

    @Override
    public void command(long offset, byte[] command) {
      if (inside || offset != next) {
        wrong.add("offset " + offset + " instead of " + next);
      }
      inside = true;
      seen.add(offset + " " + new String(command, StandardCharsets.UTF_8));
      next = offset + 1;
      inside = false;
    }

    @Override
    public void reached(long offset) {
      seen.add("reached " + offset);
      next = offset;
    }
  }
}
