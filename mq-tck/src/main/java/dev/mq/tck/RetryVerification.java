package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Failures: counted exactly, retried with a delay, ended where the policy says. */
abstract class RetryVerification extends Verification {
  private static final Duration SOON = Duration.ofMillis(1);

  @Guarantee({"A-03", "A-07a"})
  @Test
  void aNackedMessageComesAgainWithItsIdAndItsFailuresCountedExactly() {
    String queue = kit().queue("q");
    Message sent = Message.builder().id(kit().name("id")).body("m").key("k").header("n", 7).build();
    fillMessages(queue, List.of(sent));
    for (int failures = 0; failures < 4; failures++) {
      try (Receiver r =
          (failures % 2 == 0 ? b() : a())
              .queue(queue)
              .consumer()
              .retry(Retry.backoff(SOON, SOON))
              .receiver()) {
        Delivery d = SettlementVerification.take(r, 1).get(0);
        assertThat(d.failures()).as("failures after %d nacks", failures).isEqualTo(failures);
        assertThat(d.redelivered())
            .as("redelivered after %d nacks", failures)
            .isEqualTo(failures > 0);
        assertThat(d.message().id()).as("id after %d nacks", failures).isEqualTo(sent.id());
        d.nack();
        Eventually.done("nack " + failures, d.settled());
      }
    }
    List<Got> last = drain(queue, 1);
    assertThat(last)
        .as("nacked four times by two programs")
        .singleElement()
        .satisfies(
            g -> {
              assertThat(g.failures()).as("failures").isEqualTo(4);
              assertThat(g.message().key()).as("key").isEqualTo("k");
              assertThat(g.message().headers().number("n", 0)).as("header n").isEqualTo(7);
            });
  }

  @Guarantee({"X-13", "A-04"})
  @Test
  void aRejectedMessageIsDeadLetteredWithReasonAndOrigin() {
    String queue = kit().queue("q");
    String dead = kit().queue("dead");
    Message sent =
        Message.builder().id(kit().name("id")).body("bad").key("k").header("n", 7).build();
    fillMessages(queue, List.of(sent));
    try (Receiver r =
        b().queue(queue).consumer().retry(Retry.defaults().deadLetter(dead)).receiver()) {
      Delivery d = SettlementVerification.take(r, 1).get(0);
      d.reject();
      Eventually.done("reject", d.settled());
    }
    assertThat(drain(queue, 0)).as("rejected, so never again from its queue").isEmpty();
    assertDeadLetter(drain(dead, 1), sent, queue, "rejected");
  }

  private static void assertDeadLetter(List<Got> all, Message sent, String queue, String reason) {
    assertThat(all).as("dead letters").hasSize(1);
    Message dead = all.get(0).message();
    assertThat(dead.id()).as("id").isEqualTo(sent.id());
    assertThat(dead.text()).as("body").isEqualTo(sent.text());
    assertThat(dead.key()).as("key").isEqualTo(sent.key());
    assertThat(dead.headers().value("n")).as("header n").isEqualTo(sent.headers().value("n"));
    assertThat(dead.headers().text("mq-dead-reason")).as("reason").isEqualTo(reason);
    assertThat(dead.headers().text("mq-dead-queue")).as("original destination").isEqualTo(queue);
  }

  @Guarantee({"A-07a", "X-13"})
  @Test
  void aMessageIsDeadLetteredAfterExactlySoManyFailures() {
    for (int limit : new int[] {1, 4}) {
      String queue = kit().queue("q");
      String dead = kit().queue("dead");
      Message sent = Message.builder().id(kit().name("id")).body("poison").key("k").build();
      Seen<Integer> failures = new Seen<>("calls of the handler");
      Seen<String> others = new Seen<>("other messages");
      try (var c =
          b().queue(queue)
              .consumer()
              .retry(Retry.backoff(SOON, SOON).maxAttempts(limit).deadLetter(dead))
              .start(
                  d -> {
                    if (!d.message().text().equals("poison")) {
                      others.add(d.message().text());
                      return;
                    }
                    failures.add(d.failures());
                    throw new IllegalStateException("meant to fail");
                  })) {
        fillMessages(queue, List.of(sent, text("fine")));
        failures.await(limit);
        assertDeadLetter(drain(dead, 1), sent, queue, "max-attempts");
        others.await(1);
        Eventually.done("settled", c.flush());
      }
      assertThat(failures.all())
          .as("failures before each call, with maxAttempts(%d)", limit)
          .isEqualTo(IntStream.range(0, limit).boxed().toList());
      assertThat(drain(queue, 0)).as("left in the queue").isEmpty();
    }
  }

  @Guarantee({"A-18", "A-16"})
  @Test
  void aRetryIsNeverEarlyAndOthersGoOnMeanwhile() {
    Duration delay = Duration.ofMillis(1500);
    String queue = kit().queue("q");
    Seen<String> order = new Seen<>("handled from " + queue);
    AtomicLong failedAt = new AtomicLong();
    AtomicLong cameAgainAt = new AtomicLong();
    try (var c =
        b().queue(queue)
            .consumer()
            .retry(Retry.backoff(delay, delay))
            .start(
                d -> {
                  String body = d.message().text();
                  if (body.equals("late") && d.failures() == 0) {
                    failedAt.set(Timing.nanos());
                    order.add("failed");
                    throw new IllegalStateException("meant to fail");
                  }
                  if (body.equals("late")) {
                    cameAgainAt.set(Timing.nanos());
                  }
                  order.add(body);
                })) {
      fill(queue, List.of("late"));
      order.await(1);
      fill(queue, numbered("other", 5));
      order.awaitAny("the retry", "late"::equals);
      Eventually.done("settled", c.flush());
    }
    Duration waited = Duration.ofNanos(cameAgainAt.get() - failedAt.get());
    assertThat(waited)
        .as("from the failure to the next attempt, with a backoff of %s", delay)
        .isGreaterThanOrEqualTo(delay.minusMillis(5))
        .isLessThan(delay.plus(Timing.scaled(Duration.ofSeconds(5))));
    assertThat(order.all())
        .as("five more messages were published while one waited %s for its retry", delay)
        .containsExactly("failed", "other0", "other1", "other2", "other3", "other4", "late");
  }
}
