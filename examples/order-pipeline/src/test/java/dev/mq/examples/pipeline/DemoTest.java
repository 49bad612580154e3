package dev.mq.examples.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.examples.pipeline.sabotage.Sabotage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each demo runs on an engine of its own: most of the time is spent waiting, so they run at once.
 */
@Execution(ExecutionMode.CONCURRENT)
final class DemoTest {
  private static final int MOST_SUMMARY_LINES = 40;

  private final String name = UUID.randomUUID().toString();
  private final Map<String, String> engine = Map.of("mq.inmemory.engine", name);
  private final Map<String, String> broken = Map.of("mq.sabotaged.engine", name);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder;

  @Test
  void aThousandOrdersEndWell() {
    assertThat(run(new DemoOptions(null, null, null, null, null, engine)))
        .as(said())
        .isEqualTo(Demo.OK);
    assertThat(said())
        .endsWith("demo: OK" + System.lineSeparator())
        .contains("mq.backend=")
        .containsPattern(
            "redelivered +order o-\\d+: email-\\d was killed holding it, email-\\d got it flagged")
        .containsPattern(
            "poison +order o-0666: in the dead-letter queue after 3 failures, max-attempts, .*AQ")
        .containsPattern("replay +1000 records from the beginning: .*analytics counted the same")
        .containsPattern("fraud-3 \\d+ \\(joined\\)")
        .containsPattern("analytics-2 \\d+ \\(left\\)")
        .containsPattern("email-\\d \\d+ \\(killed\\)");
    assertThat(complaints()).isEmpty();
  }

  @Test
  void theSummaryFitsOnAScreen() {
    run(new DemoOptions(null, null, null, null, null, engine));
    String summary = said().substring(said().indexOf("stage  "));
    assertThat(summary.lines().count()).isLessThanOrEqualTo(MOST_SUMMARY_LINES);
  }

  @ParameterizedTest
  @EnumSource(Sabotage.class)
  void sabotageIsCaughtAndTheOrdersAreNamed(Sabotage how) {
    assertThat(run(new DemoOptions(null, how, null, null, null, broken)))
        .as(said())
        .isEqualTo(Demo.FAILED);
    List<String> lines = said().lines().toList();
    assertThat(lines.get(lines.size() - 1)).matches(Pattern.compile("demo: FAILED( o-\\d{4})+"));
  }

  @ParameterizedTest
  @EnumSource(Sabotage.class)
  void sabotageOfASingleOrderIsCaught(Sabotage how) throws IOException {
    Path file = orders(1, "paid");
    assertThat(run(new DemoOptions(file, how, null, null, null, broken)))
        .as(said())
        .isEqualTo(Demo.FAILED);
    assertThat(said()).contains("demo: FAILED n-1");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 20})
  void fewOrdersEndWellToo(int count) throws IOException {
    Path file = orders(count, "pending");
    assertThat(run(new DemoOptions(file, null, null, null, null, engine)))
        .as(said())
        .isEqualTo(Demo.OK);
  }

  @Test
  void eventsAndTasksMayLiveOnTwoBrokers() {
    DemoOptions two = new DemoOptions(null, null, null, "inmemory", "inmemory", engine);
    assertThat(run(two)).as(said()).isEqualTo(Demo.OK);
  }

  @Test
  void severalPoisonOrdersAllEndInTheDeadLetterQueue() throws IOException {
    String poison = Files.readString(orders(6, "paid")).replace("\"DE\"", "\"AQ\"");
    Path file = Files.writeString(folder.resolve("poison.jsonl"), poison);
    assertThat(run(new DemoOptions(file, null, null, null, null, engine)))
        .as(said())
        .isEqualTo(Demo.OK);
    assertThat(said()).contains("poison").contains("3 more in the dead-letter queue");
  }

  @ParameterizedTest
  @CsvSource({
    "       , inmemory,         , 2, --events and --tasks go together",
    "       ,         , inmemory, 2, --events and --tasks go together",
    "rabbit , inmemory, inmemory, 2, --backend is for one broker",
    "no-such,         ,         , 2, no-such",
  })
  void optionsThatMakeNoSenseAreRefusedInOneLine(
      String backend, String events, String tasks, int code, String complaint) {
    assertThat(run(new DemoOptions(null, null, backend, events, tasks, engine))).isEqualTo(code);
    assertThat(complaints()).startsWith("mq demo: ").contains(complaint).hasLineCount(1);
    assertThat(said()).isEmpty();
  }

  @Test
  void sabotageBreaksNoRealBroker() {
    assertThat(run(new DemoOptions(null, Sabotage.LOSE, "rabbit", null, null, engine)))
        .isEqualTo(Demo.USAGE);
    assertThat(complaints()).contains("--sabotage breaks the embedded engine only");
  }

  @Test
  void aBadFileIsRefusedBeforeAnyBrokerIsOpened() {
    Path missing = folder.resolve("missing.jsonl");
    assertThat(run(new DemoOptions(missing, null, "no-such", null, null, engine)))
        .isEqualTo(Demo.USAGE);
    assertThat(complaints())
        .isEqualTo("mq demo: orders file " + missing + " does not exist" + System.lineSeparator());
  }

  private int run(DemoOptions options) {
    return Demo.run(options, printer(out), printer(err));
  }

  private static PrintStream printer(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complaints() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path orders(int count, String status) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int n = 1; n <= count; n++) {
      lines.append(
          ("{'id':'n-%d','customer':'Ann','items':[{'sku':'x','qty':1,'cents':5}],'totalCents':5,'country':'DE',"
                  + "'status':'%s','created':'2026-03-02T08:00:00Z'}%n")
              .formatted(n, status)
              .replace('\'', '"'));
    }
    return Files.writeString(folder.resolve("orders.jsonl"), lines);
  }
}
