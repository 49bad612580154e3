package dev.mq.kafka.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WireFormTest {
  private static final Message FULL =
      Message.builder()
          .id("m-1")
          .body("hello")
          .key("4711")
          .routingKey("order.paid")
          .type("order-paid")
          .contentType("text/plain")
          .timestamp(Instant.ofEpochMilli(1_700_000_000_123L))
          .correlationId("c-1")
          .replyTo("queue:answers")
          .priority(7)
          .timeToLive(Duration.ofSeconds(90))
          .header("text", "grün")
          .header("long", -5)
          .header("double", 0.1)
          .header("yes", true)
          .header("bytes", new byte[] {(byte) 0xff, 0})
          .header("a\\b\nc", 1)
          .headerNull("null")
          .build();

  /** Never changed: records of this form lie in clusters. */
  private static final List<String> GOLDEN =
      List.of(
          "mq-id=m-1",
          "mq-routing-key=order.paid",
          "mq-type=order-paid",
          "mq-content-type=text/plain",
          "mq-correlation-id=c-1",
          "mq-reply-to=queue:answers",
          "mq-priority=7",
          "mq-ttl=90000",
          "mq-timestamp=1700000000123",
          "text=grün",
          "long=-5",
          "double=0.1",
          "yes=true",
          "bytes=[ff, 00]",
          "a\\b\nc=1",
          "null=null",
          "mq-types=llong\nddouble\nbyes\nxbytes\nla\\\\b\\nc");

  private static List<String> shown(Iterable<Header> headers) {
    List<String> all = new ArrayList<>();
    for (Header h : headers) {
      all.add(h.key() + "=" + shown(h.value()));
    }
    return all;
  }

  private static String shown(byte @Nullable [] value) {
    if (value == null) {
      return "null";
    }
    return value.length == 2 && value[0] == (byte) 0xff ? "[ff, 00]" : new String(value, UTF_8);
  }

  private static Message read(ProducerRecord<byte[], byte[]> r) {
    return read("t", r.key(), r.value(), (RecordHeaders) r.headers());
  }

  private static Message read(
      String topic, byte @Nullable [] key, byte @Nullable [] value, RecordHeaders headers) {
    return RecordReader.read(
        new ConsumerRecord<>(
            topic,
            0,
            42,
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            key,
            value,
            headers,
            Optional.empty()));
  }

  @Test
  void aMessageIsWrittenAsItAlwaysWas() {
    ProducerRecord<byte[], byte[]> r = new RecordWriter().write("t", 3, FULL);
    assertThat(shown(r.headers())).isEqualTo(GOLDEN);
    assertThat(r.key()).isEqualTo("4711".getBytes(UTF_8));
    assertThat(r.value()).isEqualTo("hello".getBytes(UTF_8));
    assertThat(r.partition()).isEqualTo(3);
    assertThat(
            shown(new RecordWriter().write("t", null, Message.builder().id("x").build()).headers()))
        .containsExactly("mq-id=x");
  }

  @Test
  void whatIsWrittenIsReadEqual() {
    Message m = read(new RecordWriter().write("t", null, FULL));
    assertThat(m.id()).isEqualTo(FULL.id());
    assertThat(m.body()).isEqualTo(FULL.body());
    assertThat(m.key()).isEqualTo(FULL.key());
    assertThat(m.routingKey()).isEqualTo(FULL.routingKey());
    assertThat(m.type()).isEqualTo(FULL.type());
    assertThat(m.contentType()).isEqualTo(FULL.contentType());
    assertThat(m.timestamp()).isEqualTo(FULL.timestamp());
    assertThat(m.correlationId()).isEqualTo(FULL.correlationId());
    assertThat(m.replyTo()).isEqualTo(FULL.replyTo());
    assertThat(m.priority()).isEqualTo(FULL.priority());
    assertThat(m.timeToLive()).isEqualTo(FULL.timeToLive());
    assertThat(m.headers()).isEqualTo(FULL.headers());
  }

  @Test
  void aVersionThatIsNamedIsNoHeaderOfTheProgram() {
    RecordHeaders h = new RecordHeaders();
    h.add("mq-v", "1".getBytes(UTF_8));
    h.add("mq-id", "m-1".getBytes(UTF_8));
    Message m = read("t", null, new byte[1], h);
    assertThat(m.id()).isEqualTo("m-1");
    assertThat(m.headers().isEmpty()).isTrue();
  }

  @Test
  void noBodyIsATombstoneAndAnEmptyOneIsNot() {
    Message none =
        read(new RecordWriter().write("t", null, Message.builder().key("k").noBody().build()));
    Message empty = read(new RecordWriter().write("t", null, Message.builder().key("").build()));
    assertThat(none.hasBody()).isFalse();
    assertThat(empty.hasBody()).isTrue();
    assertThat(empty.bodyBytes()).isZero();
    assertThat(empty.key()).isEmpty();
    assertThat(read(new RecordWriter().write("t", null, Message.of(new byte[1]))).key()).isNull();
  }

  @Test
  void headersOfTheRuntimeAreHeaders() {
    Message m = Message.builder().header("mq-failures", 3).build();
    assertThat(read(new RecordWriter().write("t", null, m)).headers().value("mq-failures"))
        .isEqualTo(3L);
  }

  @Test
  void aForeignRecordIsReadableAndHasTheSameIdAtEveryReading() {
    RecordHeaders h = new RecordHeaders();
    h.add("trace", "abc".getBytes(UTF_8));
    h.add("raw", new byte[] {(byte) 0xff});
    h.add("nothing", null);
    h.add("", new byte[1]);
    h.add("n".repeat(300), new byte[1]);
    Message m = read("events", new byte[] {(byte) 0xfe}, "x".getBytes(UTF_8), h);
    assertThat(m.id()).isEqualTo("events-0-42");
    assertThat(m.headers().names()).containsExactly("trace", "raw", "nothing");
    assertThat(m.headers().value("trace")).isEqualTo("abc");
    assertThat(m.headers().value("raw")).isEqualTo(new byte[] {(byte) 0xff});
    assertThat(m.headers().value("nothing")).isNull();
    assertThat(m.key()).isEqualTo("þ");
  }

  @Test
  void theIdOfAForeignRecordIsNeverTooLong() {
    ConsumerRecord<byte[], byte[]> far =
        new ConsumerRecord<>("t".repeat(249), 100, 1L << 40, null, null);
    assertThat(RecordReader.read(far).id())
        .isEqualTo(RecordReader.read(far).id())
        .hasSizeLessThan(100);
  }

  @Test
  void forgedHeadersDoNoHarm() {
    RecordHeaders h = new RecordHeaders();
    h.add("mq-id", new byte[0]);
    h.add("mq-priority", "many".getBytes(UTF_8));
    h.add("mq-ttl", "-1".getBytes(UTF_8));
    h.add("mq-timestamp", "today".getBytes(UTF_8));
    h.add("mq-type", "t".repeat(300).getBytes(UTF_8));
    h.add("mq-types", "ln\nbb\ndd\n\nq".getBytes(UTF_8));
    h.add("n", "five".getBytes(UTF_8));
    h.add("b", "yes".getBytes(UTF_8));
    Message m = read("t", null, null, h);
    assertThat(m.id()).isEqualTo("t-0-42");
    assertThat(m.priority()).isZero();
    assertThat(m.timeToLive()).isNull();
    assertThat(m.timestamp()).isNull();
    assertThat(m.type()).isNull();
    assertThat(m.headers().value("n")).isEqualTo("five");
    assertThat(m.headers().value("b")).isEqualTo("yes");
  }
}
