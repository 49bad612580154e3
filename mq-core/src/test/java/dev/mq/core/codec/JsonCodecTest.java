package dev.mq.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.mq.api.DecodeException;
import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
  private static final String CANARY = "c4n4ry";

  private record Order(String id, String status, long cents) {}

  private record Times(
      Instant instant,
      LocalDate date,
      OffsetDateTime offset,
      Duration duration,
      Optional<String> note) {}

  record Strict(int size) {
    Strict {
      if (size < 0) {
        throw new IllegalArgumentException("refused " + CANARY);
      }
    }
  }

  static class Animal {
    public String name = "";
  }

  static final class Dog extends Animal {
    public boolean barks;
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({@JsonSubTypes.Type(Created.class), @JsonSubTypes.Type(Closed.class)})
  private sealed interface Event {}

  private record Created(String id) implements Event {}

  private record Closed(String id, String why) implements Event {}

  private record OpenToAll(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object any) {}

  /** Says when it is made, or even initialised. */
  public static final class Gadget {
    static {
      gadgetLoaded = true;
    }

    public String command = "";
  }

  static boolean gadgetLoaded;

  @SuppressWarnings("unused") // Only its generic type is looked at.
  private List<Event> events;

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static <T> String written(Class<T> type, T value) {
    return new String(
        JsonCodec.<T>of(type).encode(value, "q", Headers.builder()), StandardCharsets.UTF_8);
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // As the codec: the caller knows the type.
  private static <T> T read(Type type, String json) {
    return JsonCodec.<T>of(type).decode(bytes(json), "orders", Headers.empty());
  }

  private static <T> T again(Class<T> type, T value) {
    return read(type, written(type, value));
  }

  @Test
  void recordsArriveEqual() {
    Order order = new Order("4711", "bez\u00e4hlt \ud83d\ude00", Long.MAX_VALUE);
    assertThat(again(Order.class, order)).isEqualTo(order);
    assertThat(JsonCodec.of(Order.class).contentType()).isEqualTo("application/json");
  }

  @Test
  void timesAreIsoTextAndArriveEqual() {
    Times times =
        new Times(
            Instant.parse("2026-01-02T03:04:05.000006Z"),
            LocalDate.parse("2026-01-02"),
            OffsetDateTime.parse("2026-01-02T03:04:05+09:00"),
            Duration.ofMinutes(90),
            Optional.of("x"));
    assertThat(written(Times.class, times))
        .isEqualTo(
            "{\"instant\":\"2026-01-02T03:04:05.000006Z\",\"date\":\"2026-01-02\","
                + "\"offset\":\"2026-01-02T03:04:05+09:00\",\"duration\":\"PT1H30M\",\"note\":\"x\"}");
    assertThat(again(Times.class, times)).isEqualTo(times);
  }

  @Test
  void unknownPropertiesAreIgnored() {
    Order order = read(Order.class, "{\"id\":\"1\",\"new\":{\"deep\":[1]},\"cents\":5}");
    assertThat(order.cents()).isEqualTo(5);
  }

  @Test
  void genericTypesKeepTheirTypeIds() throws Exception {
    Type type = JsonCodecTest.class.getDeclaredField("events").getGenericType();
    List<Event> sent = List.of(new Created("1"), new Closed("1", "done"));
    JsonCodec<List<Event>> codec = JsonCodec.of(type);
    byte[] body = codec.encode(sent, "q", Headers.builder());
    assertThat(codec.decode(body, "q", Headers.empty())).isEqualTo(sent);
    assertThat(again(Event.class, new Closed("2", "lost"))).isEqualTo(new Closed("2", "lost"));
  }

  @Test
  void propertiesOfASubclassAreNotLost() {
    Dog dog = new Dog();
    dog.name = "Rex";
    dog.barks = true;
    assertThat(written(Animal.class, dog)).contains("barks").contains("Rex");
  }

  @Test
  void oneCodecIsMadePerClass() {
    assertThat(JsonCodec.<Order>of(Order.class)).isSameAs(JsonCodec.<Order>of(Order.class));
    assertThat(JsonCodec.of(Order.class)).hasToString("JsonCodec[" + Order.class.getName() + "]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "null",
        " null ",
        "nul",
        "null null",
        "{",
        "}",
        "[]",
        "5",
        "\"" + CANARY + "\"",
        CANARY,
        "{\"id\":" + CANARY + "}",
        "{\"" + CANARY + "\"}",
        "{\"cents\":\"" + CANARY + "\"}",
        "{\"cents\":{\"" + CANARY + "\":1}}",
        "{\"cents\":99999999999999999999}",
        "{\"id\":\"1\"} x" + CANARY,
        "{\"id\":\"1\"}{}",
        "{\"id\":\"1\"} null",
        "\u0000\u0001"
      })
  void aBodyThatDoesNotFitIsRefusedWithoutQuotingIt(String json) {
    assertThatThrownBy(() -> read(Order.class, json))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("'orders'")
        .hasMessageContaining("Order")
        .hasNoCause()
        .satisfies(JsonCodecTest::assertHidden);
  }

  @Test
  void reasonsAreTold() {
    assertThatThrownBy(() -> read(Order.class, "")).hasMessageEndingWith("the JSON is empty");
    assertThatThrownBy(() -> read(Order.class, "null")).hasMessageEndingWith("the JSON is null");
    assertThatThrownBy(() -> read(Optional.class, "null")).hasMessageEndingWith("the JSON is null");
    assertThatThrownBy(() -> read(int.class, "null")).hasMessageEndingWith("the JSON is null");
    assertThatThrownBy(() -> read(Order.class, "{\n\"id\" x}"))
        .hasMessageContaining("is not JSON, line 2, column ");
    assertThatThrownBy(() -> read(Order.class, "{} []"))
        .hasMessageContaining("something else, line 1, column 4");
    assertThatThrownBy(() -> read(Order.class, "{\"cents\":\"a\"}"))
        .hasMessageContaining("does not fit (InvalidFormatException), line 1, column ");
  }

  @Test
  void anExceptionOfTheProgramsOwnTypeIsADecodeFailureThatQuotesNothing() {
    assertThatThrownBy(() -> read(Strict.class, "{\"size\":-1}"))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("IllegalArgumentException")
        .satisfies(JsonCodecTest::assertHidden);
  }

  @Test
  void hugeNestingIsADecodeFailure() {
    String deep = "[".repeat(200_000);
    assertThatThrownBy(() -> read(Object.class, deep)).isInstanceOf(DecodeException.class);
  }

  @Test
  void aBodyNeverChoosesTheClass() {
    String id = Gadget.class.getName();
    Object read = read(Object.class, "{\"@class\":\"" + id + "\",\"command\":\"x\"}");
    assertThat(read).isInstanceOf(Map.class);
    assertThat(
            JsonCodec.<Object>of(Object.class)
                .decode(bytes("[\"" + id + "\",{}]"), "q", Headers.empty()))
        .isInstanceOf(List.class);
    assertThatThrownBy(
            () -> read(OpenToAll.class, "{\"any\":{\"@class\":\"" + id + "\",\"command\":\"x\"}}"))
        .isInstanceOf(DecodeException.class);
    assertThat(gadgetLoaded).isFalse();
  }

  @Test
  void whatCannotBeEncodedIsAnErrorOfItsOwn() {
    Object unknown = new Object();
    assertThatThrownBy(() -> written(Object.class, unknown))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENCODE))
        .hasMessageContaining("'q'")
        .hasMessageContaining("No serializer found");
    Object cycle = new ArrayList<>();
    @SuppressWarnings("unchecked")
    List<Object> list = (List<Object>) cycle;
    list.add(list);
    assertThatThrownBy(() -> written(Object.class, cycle))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENCODE));
    assertThatThrownBy(() -> written(Object.class, new Leaky()))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENCODE))
        .satisfies(JsonCodecTest::assertHidden);
  }

  /** Its getter fails with a text that quotes a value. */
  public static final class Leaky {
    private final String name = CANARY;

    public String getName() {
      if (!name.isEmpty()) {
        throw new IllegalStateException(name);
      }
      return name;
    }
  }

  @Test
  void nullIsRefusedByName() {
    assertThatThrownBy(() -> JsonCodec.of(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("type");
    assertThatThrownBy(() -> written(Order.class, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("value");
  }

  @Test
  void manyThreadsShareOneCodec() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int thread = t;
        all.add(
            threads.submit(
                () -> {
                  boolean same = true;
                  for (int i = 0; i < 500; i++) {
                    Order order = new Order("id".repeat(i), "s" + thread, i);
                    same &= again(Order.class, order).equals(order);
                  }
                  return same;
                }));
      }
      for (Future<Boolean> f : all) {
        assertThat(f.get(30, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertHidden(Throwable e) {
    StringWriter all = new StringWriter();
    e.printStackTrace(new PrintWriter(all));
    assertThat(all.toString()).doesNotContain(CANARY);
  }
}
