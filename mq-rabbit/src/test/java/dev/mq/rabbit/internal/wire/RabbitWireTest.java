package dev.mq.rabbit.internal.wire;

import static dev.mq.rabbit.internal.WireMessages.assertSame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQBasicProperties;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.rabbit.internal.WireMessages;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire form, against the bytes of this release; the golden file is only ever added to. */
@SuppressWarnings("JavaUtilDate") // the client's type for AMQP timestamps
final class RabbitWireTest {
  private static final RabbitWire WIRE = new RabbitWire(Duration.ofHours(1));
  private static final long NOW = 1_700_000_000_123L;

  private static final Map<String, Message> MESSAGES = messages();

  private static Map<String, Message> messages() {
    Map<String, Message> all = WireMessages.byName();
    all.put("none", Message.builder().id("id-3").noBody().build());
    all.put(
        "escaped",
        Message.builder()
            .id("id-5")
            .header("CC", "q")
            .header("BCC", "q")
            .header("x-delivery-count", 7)
            .build());
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "empty", "none", "everything", "escaped", "doubles"})
  void writesTheBytesOfTheGoldenFile(String name) throws IOException {
    assertThat(written(MESSAGES.get(name))).isEqualTo(golden().getProperty(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "empty", "none", "everything", "escaped", "doubles"})
  void readsTheBytesOfTheGoldenFile(String name) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(golden().getProperty(name));
    BasicProperties p = read(bytes);
    Message sent = MESSAGES.get(name);
    Message got = RabbitWire.message("", "q", p, RabbitWire.body(sent), "q");
    assertSame(got, sent);
    assertThat(RabbitWire.storedAtMillis(p)).isEqualTo(sent.timeToLive() == null ? 0 : NOW);
  }

  private static String written(Message m) throws IOException {
    // A frame's payload begins with class, weight and size of the body.
    byte[] payload =
        ((AMQBasicProperties) WIRE.properties(m, true, NOW)).toFrame(1, 0).getPayload();
    return HexFormat.of().formatHex(Arrays.copyOfRange(payload, 12, payload.length));
  }

  private static BasicProperties read(byte[] bytes) throws IOException {
    return (BasicProperties)
        AMQImpl.readContentHeaderFrom(
            new DataInputStream(new ByteArrayInputStream(prefixed(bytes))));
  }

  /** The class of basic content, weight and size, as they stand before the properties. */
  private static byte[] prefixed(byte[] bytes) {
    byte[] all = new byte[bytes.length + 12];
    all[1] = 60;
    System.arraycopy(bytes, 0, all, 12, bytes.length);
    return all;
  }

  private static Properties golden() throws IOException {
    Properties p = new Properties();
    try (InputStream in = RabbitWireTest.class.getResourceAsStream("/golden/amqp-v1.properties")) {
      p.load(in);
    }
    return p;
  }

  @Test
  void readsEveryTypeOfAForeignClient() {
    Map<String, Object> table = new HashMap<>();
    table.put("byte", (byte) 1);
    table.put("short", (short) 2);
    table.put("int", 3);
    table.put("long", 4L);
    table.put("float", 0.5f);
    table.put("date", new Date(1_000));
    table.put("decimal", new BigDecimal("1.50"));
    table.put("text", LongStringHelper.asLongString("t"));
    table.put(
        "list",
        List.of(LongStringHelper.asLongString("a\"b"), 1, List.of(), new byte[] {1}, Map.of()));
    table.put("table", Map.of("b", true, "a", new Date(5)));
    table.put("x-delivery-count", 3);
    table.put("x-death", List.of(Map.of("reason", LongStringHelper.asLongString("expired"))));
    table.put("mq-key", 5);
    Message m =
        RabbitWire.message(
            "x", "a.b", new BasicProperties.Builder().headers(table).build(), new byte[0], "q");
    assertThat(m.headers())
        .isEqualTo(
            Headers.builder()
                .put("byte", 1)
                .put("short", 2)
                .put("int", 3)
                .put("long", 4)
                .put("float", 0.5)
                .put("date", 1_000)
                .put("decimal", "1.50")
                .put("text", "t")
                .put("list", "[\"a\\\"b\",1,[],\"AQ==\",{}]")
                .put("table", "{\"a\":5,\"b\":true}")
                .put("x-death", "[{\"reason\":\"expired\"}]")
                .build());
    assertThat(m.routingKey()).isEqualTo("a.b");
    assertThat(m.key()).isNull();
    assertThat(m.hasBody()).isTrue();
  }

  @Test
  void makesTheSameIdForTheSameForeignMessageEachTime() {
    BasicProperties p = new BasicProperties.Builder().build();
    String id = RabbitWire.message("", "q", p, "a".getBytes(UTF_8), "q").id();
    assertThat(RabbitWire.message("", "q", p, "a".getBytes(UTF_8), "q").id()).isEqualTo(id);
    assertThat(RabbitWire.message("", "q", p, "b".getBytes(UTF_8), "q").id()).isNotEqualTo(id);
  }

  @Test
  void readsForeignPropertiesThatMakeNoSense() {
    BasicProperties p =
        new BasicProperties.Builder()
            .messageId("")
            .type("")
            .expiration("soon")
            .priority(200)
            .timestamp(new Date(5_000))
            .headers(Map.of("mq-ts", 77L, "mq-ttl", "x", "mq-null", true))
            .build();
    Message m = RabbitWire.message("", "q", p, "body".getBytes(UTF_8), "q");
    assertThat(m.id()).isNotEmpty();
    assertThat(m.type()).isNull();
    assertThat(m.timeToLive()).isNull();
    assertThat(m.priority()).isEqualTo(200);
    assertThat(m.timestamp()).isEqualTo(Instant.ofEpochSecond(5));
    assertThat(m.text()).isEqualTo("body");
  }

  @Test
  void readsForeignPropertiesThatAreNoUtf8() {
    // 255 bytes that are no UTF-8 are read as so many replacements of three bytes each.
    String wrong = "\uFFFD".repeat(255);
    BasicProperties p =
        new BasicProperties.Builder()
            .messageId(wrong)
            .type(wrong)
            .contentType(wrong)
            .correlationId(wrong)
            .replyTo(wrong)
            .headers(Map.of(wrong, 1, "mq-rk", LongStringHelper.asLongString(wrong), "h", 1L))
            .build();
    for (String exchange : List.of("", "x")) {
      Message m = RabbitWire.message(exchange, wrong, p, "body".getBytes(UTF_8), "q");
      assertThat(m.text()).isEqualTo("body");
      assertThat(m.id()).isNotEmpty().hasSizeLessThan(255);
      assertThat(m.type()).isNull();
      assertThat(m.routingKey()).isEmpty();
      assertThat(m.headers()).isEqualTo(Headers.builder().put("h", 1).build());
    }
  }

  @Test
  void letsTheBrokerKeepAMessageLongerThanItsTimeToLive() {
    Message m = Message.builder().timeToLive(Duration.ofSeconds(1)).build();
    assertThat(WIRE.properties(m, true, NOW).getExpiration()).isEqualTo("3601000");
    assertThat(new RabbitWire(Duration.ZERO).properties(m, true, NOW).getExpiration())
        .isEqualTo("1000");
    Message old = Message.builder().timeToLive(Duration.ofDays(90)).build();
    assertThat(WIRE.properties(old, true, NOW).getExpiration()).isNull();
  }

  @Test
  void escapesNamesByWhichTheBrokerActsInBindingsToo() {
    Headers h = Headers.builder().put("CC", "x").put("cc", "y").put("x-match", "any").build();
    assertThat(HeaderTable.arguments(h)).containsOnlyKeys("mq-h-CC", "cc", "x-match");
  }
}
