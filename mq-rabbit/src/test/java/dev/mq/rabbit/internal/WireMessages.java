package dev.mq.rabbit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Messages whose wire forms the golden files hold. */
public final class WireMessages {
  private WireMessages() {}

  /** Returns the messages by name, to add to. */
  public static Map<String, Message> byName() {
    Map<String, Message> all = new LinkedHashMap<>();
    all.put("plain", Message.builder().id("id-1").body("x").build());
    all.put("empty", Message.builder().id("id-2").body(new byte[0]).build());
    all.put(
        "everything",
        Message.builder()
            .id("id-4")
            .body("x")
            .key("k\u00e9y")
            .routingKey("a.b")
            .type("t")
            .contentType("application/json")
            .correlationId("c")
            .replyTo("r")
            .priority(9)
            .timestamp(Instant.ofEpochMilli(1_600_000_000_789L))
            .timeToLive(Duration.ofMillis(1_500))
            .header("text", "v\u00e4lue")
            .header("empty", "")
            .header("long", Long.MIN_VALUE)
            .header("double", 0.1)
            .header("flag", true)
            .header("bytes", new byte[] {0, (byte) 0xff})
            .headerNull("nothing")
            .build());
    all.put(
        "doubles",
        Message.builder()
            .id("id-6")
            .header("a", Double.NaN)
            .header("b", Double.POSITIVE_INFINITY)
            .header("c", Double.NEGATIVE_INFINITY)
            .header("d", "NaN")
            .build());
    return all;
  }

  /** Checks that a message was read as it was sent, field by field. */
  public static void assertSame(Message got, Message sent) {
    assertThat(got.id()).isEqualTo(sent.id());
    assertThat(got.hasBody()).isEqualTo(sent.hasBody());
    assertThat(got.body()).isEqualTo(sent.body());
    assertThat(got.key()).isEqualTo(sent.key());
    assertThat(got.routingKey()).isEqualTo(sent.routingKey());
    assertThat(got.headers()).isEqualTo(sent.headers());
    assertThat(got.type()).isEqualTo(sent.type());
    assertThat(got.contentType()).isEqualTo(sent.contentType());
    assertThat(got.correlationId()).isEqualTo(sent.correlationId());
    assertThat(got.replyTo()).isEqualTo(sent.replyTo());
    assertThat(got.priority()).isEqualTo(sent.priority());
    assertThat(got.timestamp()).isEqualTo(sent.timestamp());
    assertThat(got.timeToLive()).isEqualTo(sent.timeToLive());
  }
}
