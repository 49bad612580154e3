package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.MqException;
import dev.mq.kafka.internal.log.MemberCommits.Open;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MemberCommitsTest {
  private final Time time = new Time();
  private final MemberCommits commits = new MemberCommits(time, Duration.ofSeconds(10), "g");
  private final List<String> answers = new ArrayList<>();

  private Open add(String name) {
    return commits.add(Map.of(), error -> answers.add(name + " " + text(error)));
  }

  private static String text(@Nullable Throwable error) {
    return error instanceof MqException mq ? mq.code().toString() : String.valueOf(error);
  }

  @Test
  void eachIsAnsweredOnce() {
    Open a = add("a");
    Open b = add("b");
    commits.answer(b, null);
    commits.answer(b, new IllegalStateException());
    assertThat(commits.isEmpty()).isFalse();
    commits.answer(a, new IllegalStateException());
    commits.close();
    time.advance(60);
    assertThat(answers).containsExactly("b null", "a java.lang.IllegalStateException");
    assertThat(commits.isEmpty()).isTrue();
  }

  @Test
  void theOldestTellsHowLongAnAnswerIsMissing() {
    assertThat(commits.oldestNanos()).isNegative();
    Open a = add("a");
    time.advance(2);
    add("b");
    assertThat(commits.oldestNanos()).isEqualTo(2_000_000_000L);
    commits.answer(a, null);
    assertThat(commits.oldestNanos()).isZero();
  }

  @Test
  void whatIsNotAnsweredInTimeIsUnknown() {
    add("a");
    time.advance(6);
    Open b = add("b");
    time.advance(5);
    assertThat(answers).containsExactly("a OUTCOME_UNKNOWN");
    commits.answer(b, null);
    time.advance(100);
    assertThat(time.waiting()).isZero();
    add("c");
    time.advance(9);
    add("d");
    time.advance(1);
    assertThat(answers).endsWith("b null", "c OUTCOME_UNKNOWN");
    time.advance(9);
    assertThat(answers).endsWith("d OUTCOME_UNKNOWN").hasSize(4);
  }

  @Test
  void whatIsOpenAtTheEndIsUnknown() {
    add("a");
    add("b");
    commits.close();
    assertThat(answers).containsExactly("a OUTCOME_UNKNOWN", "b OUTCOME_UNKNOWN");
  }

  /** A clock that the test moves. */
  private static final class Time implements TimeSource {
    private record Task(long at, Runnable body) {}

    private final PriorityQueue<Task> tasks =
        new PriorityQueue<>(Comparator.comparingLong(Task::at));
    private long now;

    void advance(int seconds) {
      long until = now + Duration.ofSeconds(seconds).toNanos();
      while (!tasks.isEmpty() && tasks.element().at <= until) {
        Task task = tasks.remove();
        now = task.at;
        task.body.run();
      }
      now = until;
    }

    int waiting() {
      return tasks.size();
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plusNanos(now);
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      Task t = new Task(now + delay.toNanos(), task);
      tasks.add(t);
      return () -> tasks.remove(t);
    }
  }
}
