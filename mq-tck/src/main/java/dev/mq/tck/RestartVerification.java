package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.CommitMode;
import dev.mq.api.ExchangeType;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The broker is killed by SIGKILL and started again on its data. */
abstract class RestartVerification extends LogReading {
  @Guarantee({"F-01", "D-01", "P-04"})
  @Test
  void aKillInAPublishStormLosesNothingConfirmedAndEveryPublishEnds() throws Exception {
    BrokerProcess process = kit().process();
    String queue = kit().queue("q");
    String log = kit().log("log", 1);
    Broker own = kit().open();
    Storm toQueue = new Storm(own.queue(queue), "q");
    Storm toLog = new Storm(own.log(log), "l");
    toQueue.awaitConfirmed(100);
    toLog.awaitConfirmed(100);
    process.kill();
    process.start();
    int queueBefore = toQueue.confirmed().count();
    int logBefore = toLog.confirmed().count();
    toQueue.awaitConfirmed(queueBefore + 50);
    toLog.awaitConfirmed(logBefore + 50);
    toQueue.end();
    toLog.end();
    kit().awaitHealth();
    Set<String> inQueue = new HashSet<>(Got.texts(drain(queue, toQueue.confirmed().count())));
    assertThat(toQueue.missingFrom(inQueue))
        .as("confirmed and not in the queue, of %d", toQueue.confirmed().count())
        .isEmpty();
    Set<String> inLog = new HashSet<>(texts(read(b().log(log).reader())));
    assertThat(toLog.missingFrom(inLog))
        .as("confirmed and not in the log, of %d", toLog.confirmed().count())
        .isEmpty();
  }

  @Guarantee({"D-02", "D-04", "D-07"})
  @Test
  void whatWasDeclaredBoundStoredAndCommittedSurvivesAKill() {
    BrokerProcess process = kit().process();
    String queue = kit().queue("q");
    String exchange = kit().exchange(ExchangeType.TOPIC);
    String log = kit().log("log", 1);
    String group = kit().name("g");
    a().exchange(exchange).bind("a.*", a().queue(queue));
    fill(queue, List.of("before"));
    append(log, 0, 10);
    long next = readAll(log).getOrDefault(0, List.of()).get(4).offset();
    Seen<At> handled = new Seen<>("member before the kill");
    try (GroupConsumer c =
        b().log(log).group(group).commit(CommitMode.manual()).start(r -> handled.add(At.of(r)))) {
      handled.await(10);
      Eventually.done("commit", c.commit(Positions.of(0, next)));
    }
    process.kill();
    process.start();
    kit().awaitHealth();
    Broker fresh = kit().open();
    assertThat(fresh.log(log).committed(group))
        .as("committed before the kill")
        .isEqualTo(Positions.of(0, next));
    try (Producer p = fresh.exchange(exchange).producer().open()) {
      p.send(routed("a.b", "after"));
    }
    assertThat(Got.texts(new Drain(fresh).queue(queue, 2)))
        .as("stored before the kill, and routed after it by a binding made before")
        .containsExactly("before", "after");
    assertThat(texts(read(fresh.log(log).reader())))
        .as("records appended before the kill")
        .containsExactlyElementsOf(numbered("r", 10));
  }

  @Guarantee("F-02")
  @Test
  void consumersGoOnByThemselvesAfterAKillAndRepeatsAreFlagged() {
    BrokerProcess process = kit().process();
    String queue = kit().queue("q");
    String log = kit().log("log", 1);
    Broker own = kit().open();
    Seen<Got> handled = new Seen<>("handled from the queue");
    Seen<String> records = new Seen<>("handled from the log");
    try (var c = own.queue(queue).consumer().concurrency(2).start(d -> handled.add(Got.of(d)));
        var g = own.log(log).group(kit().name("g")).start(r -> records.add(r.message().text()))) {
      fill(queue, numbered("before", 20));
      append(log, 0, 20);
      handled.await(20);
      records.await(20);
      process.kill();
      process.start();
      kit().awaitHealth();
      sendAgain(queue, numbered("after", 20));
      handled.awaitThat(
          "all of after0 to after19", all -> Got.texts(all).containsAll(numbered("after", 20)));
      sendAgainToLog(log);
      records.awaitThat("all of r20 to r39", all -> all.containsAll(numbered("r", 40)));
      assertThat(c.isPaused() || g.isPaused()).isFalse();
    }
    List<Got> repeats = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Got g : handled.all()) {
      if (!seen.add(g.id()) && !g.redelivered()) {
        repeats.add(g);
      }
    }
    assertThat(repeats).as("came twice and not flagged").isEmpty();
  }

  /** Publishes with ids of its own, again after an error: a repeat has the id of the first one. */
  private void sendAgain(String queue, List<String> bodies) {
    try (Producer p = a().queue(queue).producer().open()) {
      bodies.forEach(body -> sendUntilConfirmed(p, text(body)));
    }
  }

  private void sendAgainToLog(String log) {
    try (Producer p = a().log(log).producer().open()) {
      for (int i = 20; i < 40; i++) {
        sendUntilConfirmed(p, keyed(i));
      }
    }
  }

  private static void sendUntilConfirmed(Producer p, Message message) {
    Eventually.that(
        "confirmation of " + message.text(),
        () -> {
          try {
            p.send(message);
            return "confirmed";
          } catch (MqException e) {
            return e.toString();
          }
        },
        "confirmed"::equals);
  }
}
