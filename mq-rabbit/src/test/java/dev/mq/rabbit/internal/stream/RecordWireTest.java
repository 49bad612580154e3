package dev.mq.rabbit.internal.stream;

import static dev.mq.rabbit.internal.WireMessages.assertSame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.stream.Codec;
import com.rabbitmq.stream.MessageBuilder;
import com.rabbitmq.stream.codec.InternalCodec;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.rabbit.internal.WireMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire form of records in streams; the golden file is only ever added to. */
final class RecordWireTest {
  private static final Codec CODEC = new InternalCodec();
  private static final Map<String, Message> MESSAGES = messages();

  private static Map<String, Message> messages() {
    Map<String, Message> all = WireMessages.byName();
    all.put("none", Message.builder().id("id-3").key("k").noBody().build());
    all.put(
        "escaped",
        Message.builder()
            .id("id-5")
            .header("x-basic-type", "not the type")
            .header("x-stream-filter-value", "f")
            .build());
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "empty", "none", "everything", "escaped", "doubles"})
  void writesTheBytesOfTheGoldenFile(String name) throws IOException {
    assertThat(HexFormat.of().formatHex(written(MESSAGES.get(name))))
        .isEqualTo(golden().getProperty(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "empty", "none", "everything", "escaped", "doubles"})
  void readsTheBytesOfTheGoldenFile(String name) throws IOException {
    assertSame(read(HexFormat.of().parseHex(golden().getProperty(name))), MESSAGES.get(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "empty", "none", "everything", "escaped", "doubles"})
  void isNeverLargerThanItsBound(String name) {
    assertThat((long) written(MESSAGES.get(name)).length)
        .isLessThanOrEqualTo(RecordWire.sizeBound(MESSAGES.get(name)));
  }

  @Test
  void readsWhatForeignClientsWrite() {
    UUID id = UUID.fromString("00000000-0000-0001-0000-000000000002");
    MessageBuilder b = CODEC.messageBuilder();
    b.properties().messageId(id).correlationId(7L).subject("s");
    b.applicationProperties().entry("int", 3).entry("float", 0.5f).entry("text", "t");
    b.messageAnnotations().entry("x-routing-key", "a.b").entry("x-basic-priority", 200);
    Message m = read(bytes(b.addData("body".getBytes(UTF_8)).build()));
    assertThat(m.id()).isEqualTo(id.toString());
    assertThat(m.correlationId()).isEqualTo("7");
    assertThat(m.routingKey()).isEqualTo("a.b");
    assertThat(m.priority()).isEqualTo(200);
    assertThat(m.text()).isEqualTo("body");
    assertThat(m.headers())
        .isEqualTo(Headers.builder().put("int", 3).put("float", 0.5).put("text", "t").build());
  }

  @Test
  void leavesOutWhatAForeignClientMadeTooLong() {
    MessageBuilder b = CODEC.messageBuilder();
    b.properties().messageId("i".repeat(256)).replyTo("r".repeat(256)).contentType("c");
    Message m = read(bytes(b.addData(new byte[0]).build()));
    assertThat(m.id()).isNotEmpty().hasSizeLessThan(256);
    assertThat(m.replyTo()).isNull();
    assertThat(m.contentType()).isEqualTo("c");
  }

  private static byte[] written(Message m) {
    return bytes(RecordWire.encode(CODEC.messageBuilder(), m));
  }

  private static byte[] bytes(com.rabbitmq.stream.Message m) {
    Codec.EncodedMessage encoded = CODEC.encode(m);
    ByteBuf buffer = Unpooled.buffer();
    encoded.writeTo(buffer);
    // The size may stand before it, as it does in a frame.
    byte[] bytes = new byte[encoded.getSize()];
    buffer.getBytes(buffer.writerIndex() - bytes.length, bytes);
    return bytes;
  }

  private static Message read(byte[] bytes) {
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    return RecordWire.decode(CODEC.decode(buffer, bytes.length));
  }

  private static Properties golden() throws IOException {
    Properties p = new Properties();
    try (InputStream in =
        RecordWireTest.class.getResourceAsStream("/golden/stream-v1.properties")) {
      p.load(in);
    }
    return p;
  }
}
