package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Binding;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.UnsupportedCapabilityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TopologyCodecTest {
  private static final UUID ID = new UUID(0x1234_5678_9abc_def0L, -7);

  private static final Headers TYPED =
      Headers.builder()
          .put("s", "text ä 𝄞")
          .put("l", Long.MIN_VALUE)
          .put("m", Long.MAX_VALUE)
          .put("d", -0.0)
          .put("n", Double.NaN)
          .put("t", true)
          .put("f", false)
          .put("b", new byte[] {0, -1, 127})
          .put("e", "")
          .putNull("z")
          .build();

  private static final QueueSpec FULL =
      QueueSpec.builder("q ä")
          .durable(false)
          .timeToLive(Duration.ofDays(400))
          .maxLength(Long.MAX_VALUE, Overflow.DROP_HEAD)
          .maxPriority(31)
          .singleActiveConsumer()
          .exclusive()
          .temporary()
          .existing()
          .build();

  private static List<TopologyCommand> examples() {
    Binding binding = new Binding("x", Binding.Kind.EXCHANGE, "y", "k..#", TYPED);
    ExchangeSpec exchange =
        ExchangeSpec.builder("x", ExchangeType.HEADERS).alternate("other").build();
    TopologySnapshot snapshot =
        new TopologySnapshot(
            1L << 40,
            List.of(exchange, ExchangeSpec.fanout("y")),
            List.of(
                new TopologySnapshot.QueueEntry(FULL, "i", "owner"),
                new TopologySnapshot.QueueEntry(QueueSpec.of("r"), "", null)),
            List.of(binding, Binding.toQueue("x", "", "r")),
            List.of(ID, new UUID(0, 0)));
    return List.of(
        new TopologyCommand.DeclareExchange(ID, exchange),
        new TopologyCommand.DeclareExchange(ID, ExchangeSpec.direct("d")),
        new TopologyCommand.DeclareExchange(ID, ExchangeSpec.topic("t")),
        new TopologyCommand.DeleteExchange(ID, "x"),
        new TopologyCommand.DeclareQueue(ID, FULL, "incarnation", "owner"),
        new TopologyCommand.DeclareQueue(ID, QueueSpec.of("q"), "", null),
        new TopologyCommand.DeclareQueue(
            ID, QueueSpec.builder("q").timeToLive(Duration.ZERO).build(), "", ""),
        new TopologyCommand.DeleteQueue(ID, "q", "i"),
        new TopologyCommand.Bind(ID, binding),
        new TopologyCommand.Unbind(ID, Binding.toQueue("x", "", "q")),
        new TopologyCommand.Snapshot(ID, snapshot));
  }

  @Test
  void everyCommandComesBackEqual() {
    for (TopologyCommand c : examples()) {
      assertThat(TopologyCodec.decode(TopologyCodec.encode(c))).isEqualTo(c);
    }
  }

  @Test
  void valuesOfArgumentsKeepTheirType() {
    byte[] bytes =
        TopologyCodec.encode(
            new TopologyCommand.Bind(ID, Binding.toQueue("x", TYPED, "q")));
    Headers back = ((TopologyCommand.Bind) TopologyCodec.decode(bytes)).binding().arguments();
    for (String name : TYPED.names()) {
      Object expected = TYPED.value(name);
      Object actual = back.value(name);
      assertThat(actual == null ? null : actual.getClass())
          .as(name)
          .isEqualTo(expected == null ? null : expected.getClass());
    }
    assertThat(back).isEqualTo(TYPED);
    assertThat(back.names()).isEqualTo(TYPED.names());
  }

  @Test
  void aShortCommandIsShort() {
    byte[] bytes =
        TopologyCodec.encode(new TopologyCommand.Bind(ID, Binding.toQueue("orders", "a.*", "email")));
    assertThat(bytes).hasSizeLessThan(40);
  }

  @Test
  void theFormatStaysAsItWasWritten() {
    byte[] bytes =
        TopologyCodec.encode(
            new TopologyCommand.Bind(
                new UUID(1, 2), Binding.toQueue("x", Headers.builder().put("n", 5).build(), "q")));
    assertThat(java.util.HexFormat.of().formatHex(bytes))
        .isEqualTo("0105" + "0000000000000001" + "0000000000000002" + "0178" + "00" + "0171" + "00" + "01" + "016e" + "020a");
  }

  @Test
  void anUnknownVersionIsADefiniteError() {
    byte[] bytes = TopologyCodec.encode(examples().get(0));
    for (int version : new int[] {0, 2, 99, 255}) {
      bytes[0] = (byte) version;
      assertThatThrownBy(() -> TopologyCodec.decode(bytes))
          .isInstanceOf(UnsupportedCapabilityException.class)
          .hasMessageContaining("version " + version)
          .isInstanceOfSatisfying(MqException.class, e -> assertThat(e.isDefinite()).isTrue());
    }
  }

  @Test
  void truncatedBytesAreADefiniteError() {
    for (TopologyCommand c : examples()) {
      byte[] bytes = TopologyCodec.encode(c);
      for (int length = 0; length < bytes.length; length++) {
        assertDamaged(Arrays.copyOf(bytes, length));
      }
      assertDamaged(Arrays.copyOf(bytes, bytes.length + 1));
    }
  }

  @Test
  void garbageNeverGivesAnythingButACommandOrADefiniteError() {
    long seed = System.nanoTime();
    System.err.println("TopologyCodecTest seed " + seed);
    Random random = new Random(seed);
    List<TopologyCommand> examples = examples();
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes;
      if (i % 2 == 0) {
        bytes = new byte[2 + random.nextInt(100)];
        random.nextBytes(bytes);
        bytes[0] = TopologyCodec.VERSION;
        bytes[1] = (byte) random.nextInt(9);
      } else {
        bytes = TopologyCodec.encode(examples.get(random.nextInt(examples.size())));
        for (int n = random.nextInt(3); n >= 0; n--) {
          bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt();
        }
      }
      try {
        TopologyCommand c = TopologyCodec.decode(bytes);
        assertThat(TopologyCodec.decode(TopologyCodec.encode(c))).as("seed %d", seed).isEqualTo(c);
      } catch (MqException e) {
        assertThat(e.isDefinite()).as("seed %d", seed).isTrue();
        assertThat(e.code()).as("seed %d", seed).isEqualTo(ErrorCode.BACKEND_FAILURE);
      }
    }
  }

  @Test
  void textThatIsNoUnicodeIsRefusedBeforeItIsWritten() {
    TopologyCommand c = new TopologyCommand.Bind(ID, Binding.toQueue("x", "\ud800", "q"));
    assertThatThrownBy(() -> TopologyCodec.encode(c))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  private static void assertDamaged(byte[] bytes) {
    assertThatThrownBy(() -> TopologyCodec.decode(bytes))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_FAILURE);
              assertThat(e.isDefinite()).isTrue();
              assertThat(e).hasMessageContaining("damaged");
            });
  }
}
