package dev.mq.inmemory.patterns;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.BackpressureException;
import dev.mq.api.Broker;
import dev.mq.api.ClosedException;
import dev.mq.api.Codec;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.RequestTimeoutException;
import dev.mq.api.Requester;
import dev.mq.api.Topology;
import dev.mq.api.TypedRequester;
import dev.mq.api.UnroutableException;
import dev.mq.inmemory.InMemoryEngine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestReplyTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Broker caller = Broker.open(engine.config("caller"));
  private final Broker server = Broker.open(engine.config("server"));

  @BeforeEach
  void declare() {
    server.declare(
        Topology.builder()
            .exchange(ExchangeSpec.direct("rpc"))
            .queue(QueueSpec.of("rpc"))
            .bindQueue("rpc", "price", "rpc")
            .build());
  }

  @AfterEach
  void close() {
    caller.close();
    server.close();
    engine.close();
  }

  private static Message message(String body) {
    return Message.builder().body(body).routingKey("price").build();
  }

  private Delivery next(Receiver requests) {
    Delivery d = requests.receive(ofSeconds(10));
    assertThat(d).isNotNull();
    return d;
  }

  private static MqException errorOf(CompletableFuture<Message> reply) {
    await().until(reply::isDone);
    return MqException.of(reply.handle((m, e) -> e).join());
  }

  @Test
  void everyCallerGetsTheReplyToItsOwnRequestInWhateverOrderTheyCome() {
    long seed = new Random().nextLong();
    try (Requester requester = caller.exchange("rpc").requester().open();
        Receiver requests = server.queue("rpc").consumer().receiver()) {
      List<CompletableFuture<Message>> replies = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        replies.add(requester.requestAsync(message("r" + i)).toCompletableFuture());
      }
      List<Delivery> held = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        held.add(next(requests));
      }
      Collections.shuffle(held, new Random(seed));
      for (Delivery d : held) {
        assertThat(d.reply(message("re " + d.message().text())).toCompletableFuture().join())
            .isTrue();
        d.ack();
      }
      for (int i = 0; i < 200; i++) {
        assertThat(replies.get(i).join().text()).as("seed " + seed).isEqualTo("re r" + i);
      }
      assertThat(requester.pending()).isZero();
      assertThat(requester.ignoredReplies()).isZero();
    }
  }

  @Test
  void aResponderAnswersValuesAndSettlesTheRequestAfterItsReply() {
    try (TypedRequester<String, String> prices =
            caller
                .queue("rpc")
                .requester()
                .as(Codec.text(), Codec.text(), m -> m.header("kind", q -> "price"));
        Consumer responder =
            server
                .queue("rpc")
                .consumer()
                .as(Codec.text())
                .respond(
                    Codec.text(),
                    (q, d) ->
                        q.equals("none") ? null : q + "=" + d.message().headers().text("kind"))) {
      assertThat(prices.request("4711")).isEqualTo("4711=price");
      assertThat(prices.request("none", ofSeconds(5))).isNull();
      assertThat(prices.requestAsync("1").toCompletableFuture().join()).isEqualTo("1=price");
      // The caller may have its reply before the responder knows that it was stored.
      await()
          .until(
              () -> {
                responder.flush().toCompletableFuture().join();
                return server.queue("rpc").depth() == 0;
              });
    }
  }

  @Test
  void aRequestWithoutAReplyInTimeMayHaveBeenHandledAndALateReplyIsCounted() {
    try (Requester requester = caller.queue("rpc").requester().timeout(ofSeconds(5)).open();
        Receiver requests = server.queue("rpc").consumer().receiver()) {
      CompletableFuture<Message> late = requester.requestAsync(message("1")).toCompletableFuture();
      Delivery held = next(requests);
      engine.clock().advance(ofSeconds(5));
      assertThat(errorOf(late))
          .isInstanceOf(RequestTimeoutException.class)
          .hasMessageContaining("queue:rpc")
          .matches(e -> !e.isDefinite() && e.code() == ErrorCode.REQUEST_TIMEOUT);
      CompletableFuture<Message> second =
          requester.requestAsync(message("2")).toCompletableFuture();
      held.reply(message("too late"));
      Delivery d = next(requests);
      d.reply(message("in time"));
      d.reply(message("again"));
      assertThat(second.join().text()).isEqualTo("in time");
      await().until(() -> requester.ignoredReplies() == 2);
    }
  }

  @Test
  void aReplyWithAnotherCorrelationIdIsIgnored() {
    try (Requester requester = caller.queue("rpc").requester().open();
        Receiver requests = server.queue("rpc").consumer().receiver()) {
      CompletableFuture<Message> reply = requester.requestAsync(message("1")).toCompletableFuture();
      Delivery d = next(requests);
      String queue = d.message().replyTo();
      assertThat(queue).isNotNull();
      server
          .queue(queue)
          .producer()
          .open()
          .send(Message.builder().correlationId("guessed").body("foreign").build());
      await().until(() -> requester.ignoredReplies() == 1);
      d.reply(message("own"));
      assertThat(reply.join().text()).isEqualTo("own");
    }
  }

  @Test
  void aRequestThatReachesNobodyFailsDefinitely() {
    try (Requester requester = caller.exchange("rpc").requester().open()) {
      assertThatThrownBy(() -> requester.request(Message.builder().routingKey("unbound").build()))
          .isInstanceOf(UnroutableException.class);
      assertThat(requester.pending()).isZero();
    }
    assertThatThrownBy(() -> caller.queue("nowhere").requester().open())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aRequestWhosePublishIsUnknownStillGetsItsReply() {
    engine.faults(1).loseConfirm("queue:rpc").onSend(1);
    try (Requester requester = caller.queue("rpc").requester().open();
        Consumer responder =
            server
                .queue("rpc")
                .consumer()
                .as(Codec.text())
                .respond(Codec.text(), (q, d) -> "re " + q)) {
      assertThat(requester.request(message("1")).text()).isEqualTo("re 1");
      assertThat(responder.isPaused()).isFalse();
    }
    engine.assertAllFaultsFired();
  }

  @Test
  void closingFailsOpenRequestsOnceAndRemovesTheReplyQueue() {
    AtomicInteger completions = new AtomicInteger();
    Requester requester = caller.queue("rpc").requester().open();
    CompletableFuture<Message> open = requester.requestAsync(message("1")).toCompletableFuture();
    CompletableFuture<Message> counted = open.whenComplete((m, e) -> completions.incrementAndGet());
    try (Receiver requests = server.queue("rpc").consumer().receiver()) {
      Delivery d = next(requests);
      requester.close();
      requester.close();
      assertThat(errorOf(open))
          .matches(e -> !e.isDefinite() && e.code() == ErrorCode.REQUEST_FAILED);
      assertThat(d.reply(message("nobody waits")).toCompletableFuture().join()).isFalse();
      String queue = d.message().replyTo();
      assertThatThrownBy(() -> server.queue(queue).depth()).isInstanceOf(NotFoundException.class);
    }
    await().until(counted::isDone);
    assertThat(completions).hasValue(1);
    assertThatThrownBy(() -> requester.requestAsync(message("2")))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void aLostReplyQueueFailsWhatWaitsAndTheNextRequestGetsAnotherOne() {
    try (Requester requester = caller.queue("rpc").requester().open();
        Receiver requests = server.queue("rpc").consumer().receiver()) {
      CompletableFuture<Message> lost = requester.requestAsync(message("1")).toCompletableFuture();
      Delivery first = next(requests);
      String queue = first.message().replyTo();
      server.queue(queue).delete();
      assertThat(errorOf(lost))
          .matches(e -> !e.isDefinite() && e.code() == ErrorCode.REQUEST_FAILED);
      CompletableFuture<Message> again = requester.requestAsync(message("2")).toCompletableFuture();
      Delivery second = next(requests);
      assertThat(second.message().replyTo()).isNotEqualTo(queue);
      second.reply(message("found"));
      assertThat(again.join().text()).isEqualTo("found");
    }
  }

  @Test
  void theDeathOfARequesterLeavesNoQueueAndItsRequestsAreHandledStill() {
    Requester requester = caller.queue("rpc").requester().open();
    CompletableFuture<Message> open = requester.requestAsync(message("1")).toCompletableFuture();
    Message request = engine.queue("rpc").messages().get(0);
    engine.kill("caller");
    assertThatThrownBy(() -> server.queue(request.replyTo()).depth())
        .isInstanceOf(NotFoundException.class);
    List<String> handled = Collections.synchronizedList(new ArrayList<>());
    try (Consumer responder =
        server
            .queue("rpc")
            .consumer()
            .as(Codec.text())
            .respond(
                Codec.text(),
                (q, d) -> {
                  handled.add(q);
                  return q;
                })) {
      engine.awaitIdle(ofSeconds(10));
      assertThat(handled).containsExactly("1");
      assertThat(responder.terminated().toCompletableFuture()).isNotDone();
    }
    assertThat(open).isNotDone();
    requester.close();
    assertThat(errorOf(open).isDefinite()).isFalse();
  }

  @Test
  void aMessageThatNamesNoQueueToReplyToCannotBeAnswered() {
    try (Receiver requests = server.queue("rpc").consumer().receiver()) {
      for (String to : new String[] {null, "exchange:rpc", "log:rpc"}) {
        Message m = Message.builder().replyTo(to).build();
        caller.queue("rpc").producer().open().send(m);
        Delivery d = next(requests);
        assertThatThrownBy(() -> d.reply(message("x")))
            .isInstanceOf(MqException.class)
            .hasMessageContaining("names no queue")
            .matches(e -> ((MqException) e).isDefinite());
        d.release();
        d.ack();
        next(requests).ack();
      }
    }
    try (Consumer responder =
        server.queue("rpc").consumer().as(Codec.text()).respond(Codec.text(), (q, d) -> q)) {
      caller.queue("rpc").producer().open().send(message("no reply wanted"));
      engine.awaitIdle(ofSeconds(10));
      assertThat(server.queue("rpc").depth()).isZero();
      assertThat(responder.isPaused()).isFalse();
    }
  }

  @Test
  void requestsThatWaitAreBounded() {
    try (Requester requester = caller.queue("rpc").requester().maxPending(2).open()) {
      var first = requester.requestAsync(message("1"), ofSeconds(1));
      var second = requester.requestAsync(message("2"), ofSeconds(9));
      assertThatThrownBy(() -> requester.requestAsync(message("3")))
          .isInstanceOf(BackpressureException.class);
      engine.clock().advance(ofSeconds(1));
      assertThat(errorOf(first.toCompletableFuture())).isInstanceOf(RequestTimeoutException.class);
      var third = requester.requestAsync(message("3"), ofMillis(500));
      assertThat(third.toCompletableFuture()).isNotDone();
      assertThat(second.toCompletableFuture()).isNotDone();
      assertThat(requester.pending()).isEqualTo(2);
    }
  }

  @Test
  void aHandlerMayAskOnTheOnlyThreadThatRunsHandlers() {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try (Broker busy =
            Broker.open(engine.config("busy").toBuilder().name("busy").executor(one).build());
        Consumer responder =
            server
                .queue("rpc")
                .consumer()
                .as(Codec.text())
                .respond(Codec.text(), (q, d) -> "re " + q);
        Requester requester = busy.queue("rpc").requester().open()) {
      busy.declare(Topology.builder().queue(QueueSpec.of("work")).build());
      CompletableFuture<String> answer = new CompletableFuture<>();
      busy.queue("work")
          .consumer()
          .start((Delivery d) -> answer.complete(requester.request(message("1")).text()));
      busy.queue("work").producer().open().send(message("go"));
      assertThat(answer.join()).isEqualTo("re 1");
      assertThat(responder.isPaused()).isFalse();
    } finally {
      one.shutdown();
    }
  }
}
