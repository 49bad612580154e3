package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Delivery;
import dev.mq.api.Receiver;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Acknowledging, releasing, and what comes back from a consumer that is gone. */
abstract class SettlementVerification extends Verification {
  /** Takes this many, one after the other. */
  static List<Delivery> take(Receiver r, int count) {
    List<Delivery> all = new ArrayList<>();
    Timing.Deadline deadline = new Timing.Deadline();
    while (all.size() < count) {
      all.addAll(r.receiveBatch(count - all.size(), Duration.ofMillis(200)));
      if (all.size() < count && deadline.isOver()) {
        throw new AssertionError(
            "%s: wanted %d deliveries within %s, got %s"
                .formatted(
                    r.address(),
                    count,
                    Timing.patience(),
                    all.stream().map(d -> d.message().text()).toList()));
      }
    }
    return all;
  }

  @Guarantee("A-02")
  @Test
  void whatWasAckedAndSettledNeverComesBack() {
    String queue = kit().queue("q");
    fill(queue, numbered("m", 10));
    try (Receiver r = b().queue(queue).consumer().prefetch(10).receiver()) {
      for (Delivery d : take(r, 10)) {
        assertThat(d.ack()).as("ack of %s", d.message().text()).isEqualTo(Settlement.ACCEPTED);
        assertThat(Eventually.done("settled", d.settled()))
            .as("the broker's word on the ack of %s", d.message().text())
            .isEqualTo(SettleResult.SETTLED);
      }
    }
    assertThat(drain(queue, 0)).as("came back although acked and SETTLED").isEmpty();
  }

  @Guarantee("A-01")
  @Test
  void whatIsUnsettledWhenItsConsumerClosesComesAgainFlagged() {
    String queue = kit().queue("q");
    fill(queue, numbered("m", 5));
    Receiver r = b().queue(queue).consumer().prefetch(5).receiver();
    List<Delivery> held = take(r, 5);
    assertThat(held).as("first deliveries are not flagged").noneMatch(Delivery::redelivered);
    Delivery acked = held.get(2);
    acked.ack();
    Eventually.done("settled", acked.settled());
    r.close();
    assertThat(held.get(0).ack()).as("ack after close").isNotEqualTo(Settlement.ACCEPTED);
    List<Got> again = drain(queue, 4);
    assertThat(Got.texts(again))
        .as("held five, acked m2, closed")
        .containsExactlyInAnyOrder("m0", "m1", "m3", "m4");
    assertThat(again)
        .as("flagged redelivered, no failure: %s", again)
        .allMatch(g -> g.redelivered() && g.failures() == 0);
  }

  @Guarantee({"A-01", "F-13"})
  @Test
  void whatAKilledClientHeldComesAgainFlagged() {
    String queue = kit().queue("q");
    fill(queue, numbered("m", 5));
    Client client = kit().start(ClientTask.HOLD, queue, 3);
    List<String> held =
        client.said().await(3).stream().map(line -> line.replace("held ", "")).toList();
    client.kill();
    List<Got> all = drain(queue, 5);
    assertThat(Got.texts(all))
        .as("five messages, the killed client held %s", held)
        .containsExactlyInAnyOrderElementsOf(numbered("m", 5));
    assertThat(Got.ids(all.stream().filter(Got::redelivered).toList()))
        .as("flagged redelivered; the killed client held these: %s", all)
        .containsAll(held);
    assertThat(all).as("a death is no failure").allMatch(g -> g.failures() == 0);
  }

  @Guarantee("A-07b")
  @Test
  void aReleasedMessageComesAgainAndHasNotFailed() {
    String queue = kit().queue("q");
    fill(queue, List.of("m"));
    String id = "";
    try (Receiver r = b().queue(queue).consumer().prefetch(1).receiver()) {
      for (int i = 0; i < 8; i++) {
        Delivery d = take(r, 1).get(0);
        assertThat(d.failures()).as("failures after %d releases", i).isZero();
        assertThat(d.redelivered()).as("redelivered after %d releases", i).isEqualTo(i > 0);
        id = d.message().id();
        d.release();
        Eventually.done("release " + i, d.settled());
      }
    }
    assertThat(Got.ids(drain(queue, 1))).as("released eight times").containsExactly(id);
  }

  @Guarantee("A-08")
  @Test
  void aSecondSettlementAnswersAlreadySettledAndTheFirstWins() {
    String queue = kit().queue("q");
    fill(queue, List.of("acked", "released", "last"));
    try (Receiver r = b().queue(queue).consumer().prefetch(3).receiver()) {
      for (Delivery d : take(r, 3)) {
        boolean release = d.message().text().equals("released");
        assertThat(release ? d.release() : d.ack()).isEqualTo(Settlement.ACCEPTED);
        for (Settlement second : List.of(d.ack(), d.nack(), d.reject(), d.release())) {
          assertThat(second)
              .as("second settlement of %s", d.message().text())
              .isEqualTo(Settlement.ALREADY_SETTLED);
        }
        Eventually.done("settled", d.settled());
      }
      Delivery again = take(r, 1).get(0);
      assertThat(again.message().text()).as("only the released one comes").isEqualTo("released");
      again.ack();
      Eventually.done("settled", again.settled());
    }
    assertThat(drain(queue, 0)).as("all were acked once").isEmpty();
  }

  @Guarantee("A-19")
  @Test
  void aHandlerAcksByReturningAndItsOwnSettlementWins() {
    String queue = kit().queue("q");
    Seen<Got> seen = new Seen<>("handled from " + queue);
    try (var c =
        b().queue(queue)
            .consumer()
            .start(
                d -> {
                  seen.add(Got.of(d));
                  if (d.message().text().equals("again") && !d.redelivered()) {
                    d.release();
                  }
                })) {
      fill(queue, List.of("once", "again"));
      seen.await(3);
      Eventually.done("settled", c.flush());
    }
    assertThat(Got.texts(seen.all()))
        .as("a returning handler acks; the released one came twice")
        .containsExactlyInAnyOrder("once", "again", "again");
    assertThat(drain(queue, 0)).as("both were acked in the end").isEmpty();
  }
}
