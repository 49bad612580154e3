package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ExchangeType;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What arrives is what was published. */
abstract class FidelityVerification extends Verification {
  private static Map<String, String> parts(Message m) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("id", m.id());
    parts.put(
        "body",
        m.hasBody()
            ? m.bodyBytes() + " bytes, hash " + Arrays.hashCode(m.body()) + ", " + start(m)
            : "none");
    parts.put("key", Objects.toString(m.key()));
    parts.put("routingKey", m.routingKey());
    parts.put("type", Objects.toString(m.type()));
    parts.put("contentType", Objects.toString(m.contentType()));
    parts.put("timestamp", Objects.toString(m.timestamp()));
    parts.put("correlationId", Objects.toString(m.correlationId()));
    parts.put("replyTo", Objects.toString(m.replyTo()));
    parts.put("priority", Integer.toString(m.priority()));
    parts.put("timeToLive", Objects.toString(m.timeToLive()));
    for (String name : m.headers().names()) {
      Object value = m.headers().value(name);
      parts.put(
          "header " + name,
          value == null
              ? "null"
              : value.getClass().getSimpleName()
                  + " "
                  + (value instanceof byte[] b ? Arrays.toString(b) : value));
    }
    return parts;
  }

  private static String start(Message m) {
    return m.bodyBytes() > 40 ? "..." : "'" + m.text() + "'";
  }

  /** Sends all in order through a queue and an exchange, and compares part by part. */
  private void arriveEqual(List<Message> sent) {
    String queue = kit().queue("q");
    String exchange = kit().exchange(ExchangeType.FANOUT);
    a().exchange(exchange).bind("", a().queue(queue));
    fillMessages(queue, sent);
    try (Producer p = a().exchange(exchange).producer().open()) {
      sent.forEach(p::send);
    }
    List<Message> twice = new ArrayList<>(sent);
    twice.addAll(sent);
    List<Got> got = drain(queue, twice.size());
    assertThat(got)
        .as("sent %d to the queue and to the exchange", sent.size())
        .hasSize(twice.size());
    for (int i = 0; i < twice.size(); i++) {
      assertThat(parts(got.get(i).message()))
          .as("message %d, sent to the %s", i, i < sent.size() ? "queue" : "exchange")
          .containsExactlyInAnyOrderEntriesOf(parts(twice.get(i)));
    }
  }

  @Guarantee("P-09")
  @Test
  void bodiesArriveEqualFromNoneToEveryByteAndLarge() {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    byte[] large = new byte[200_000];
    kit().random().nextBytes(large);
    arriveEqual(
        List.of(
            Message.builder().noBody().build(),
            Message.builder().body(new byte[0]).build(),
            Message.of(every),
            Message.of(large),
            text("grün 🐇")));
  }

  @Guarantee("P-09")
  @Test
  void propertiesArriveEqual() {
    arriveEqual(
        List.of(
            Message.builder()
                .id("id-ü-" + "x".repeat(200))
                .key("key ü 🐇")
                .routingKey("a.b..c")
                .type("order-paid")
                .contentType("application/json; charset=utf-8")
                .timestamp(Instant.ofEpochMilli(1_700_000_000_123L))
                .correlationId("c-1")
                .replyTo("queue:answers")
                .priority(7)
                .timeToLive(Duration.ofMillis(7_200_001))
                .build(),
            Message.builder().key("").timestamp(Instant.EPOCH).build(),
            Message.builder().body("nothing else").build()));
  }

  @Guarantee("P-09")
  @Test
  void headersArriveEqualInNameTypeAndValue() {
    arriveEqual(
        List.of(
            Message.builder()
                .header("max", Long.MAX_VALUE)
                .header("min", Long.MIN_VALUE)
                .header("zero", 0)
                .header("tiny", Double.MIN_VALUE)
                .header("large", -Double.MAX_VALUE)
                .header("five", 5.0)
                .header("true", true)
                .header("false", false)
                .header("empty text", "")
                .header("text 5", "5")
                .header("grün 🐇", "ä\n\"'\\\u0000 end")
                .header("long text", "t".repeat(3000))
                .header("bytes", new byte[] {0, -1, 127, -128})
                .header("empty bytes", new byte[0])
                .headerNull("null")
                .build()));
  }

  @Guarantee("P-09")
  @Test
  void doublesThatAreNoNumbersArriveEqual() {
    arriveEqual(
        List.of(
            Message.builder().header("nan", Double.NaN).build(),
            Message.builder().header("infinite", Double.POSITIVE_INFINITY).build(),
            Message.builder().header("minus", Double.NEGATIVE_INFINITY).build(),
            Message.builder().header("minus zero", -0.0).build()));
  }

  @Guarantee("P-09")
  @Test
  void headerNamesWithAMeaningOnSomeBrokerArriveAndChangeNothing() {
    String other = kit().queue("other");
    Message.Builder m = Message.builder().routingKey("k").body("not for " + other);
    for (String name :
        List.of(
            "CC",
            "BCC",
            "x-match",
            "x-death",
            "x-delay",
            "x-delivery-count",
            "x-first-death-queue",
            "x-stream-offset",
            "x-stream-filter-value",
            "__TypeId__",
            "traceparent")) {
      m.header(name, other);
    }
    arriveEqual(List.of(m.build()));
    assertThat(drain(other, 0))
        .as("only the headers CC and BCC of a message for another queue name this queue")
        .isEmpty();
  }

  @Guarantee("P-10")
  @Test
  void changingTheBytesAfterTheCallChangesNothing() {
    String queue = kit().queue("q");
    try (Producer p = a().queue(queue).producer().open()) {
      for (int i = 0; i < 50; i++) {
        byte[] bytes = ("body " + i).getBytes(StandardCharsets.UTF_8);
        byte[] header = {1, 2, 3};
        Message m = Message.builder().body(bytes).header("h", header).build();
        p.send(m, (receipt, error) -> {});
        Arrays.fill(bytes, (byte) '!');
        Arrays.fill(header, (byte) 9);
      }
      p.flush();
    }
    List<Got> got = drain(queue, 50);
    assertThat(Got.texts(got))
        .as("the arrays were overwritten with '!' after each send")
        .containsExactlyElementsOf(numbered("body ", 50));
    assertThat(got)
        .as("header bytes were overwritten with 9")
        .allSatisfy(
            g -> assertThat((byte[]) g.message().headers().value("h")).containsExactly(1, 2, 3));
  }
}
