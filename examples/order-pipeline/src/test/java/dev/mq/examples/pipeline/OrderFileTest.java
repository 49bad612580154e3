package dev.mq.examples.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mq.examples.pipeline.OrderFile.BadFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OrderFileTest {
  private static final String GOOD =
      "{'id':'a','customer':'Ann','items':[{'sku':'x','qty':2,'cents':50}],'totalCents':100,'country':'DE',"
          + "'status':'paid','created':'2026-03-02T08:00:00Z'}";

  @TempDir Path folder;

  @Test
  void theShippedFileIsWhatTheGeneratorWrites() throws IOException {
    try (InputStream shipped = OrderFile.class.getResourceAsStream("/orders.jsonl")) {
      assertThat(new String(shipped.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(OrderGenerator.generate());
    }
  }

  @Test
  void theShippedFileHasAThousandOrdersSomeSuspiciousAndOnePoisonous() throws Exception {
    List<Order> orders = OrderFile.read(null);
    assertThat(orders).hasSize(1000);
    assertThat(orders.stream().filter(Fraud::isSuspicious)).hasSize(7);
    assertThat(orders.stream().filter(Checks::isPoison))
        .extracting(Order::id)
        .containsExactly("o-0666");
  }

  @Test
  void blankLinesAndUnknownFieldsAreFine() throws Exception {
    Path file = file(GOOD + "\n\n" + GOOD.replace("'a'", "'b'").replace("}", ",'z':1}") + "\n");
    assertThat(OrderFile.read(file)).extracting(Order::id).containsExactly("a", "b");
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("none.jsonl");
    assertThatExceptionOfType(BadFileException.class)
        .isThrownBy(() -> OrderFile.read(file))
        .withMessage("orders file " + file + " does not exist");
  }

  @Test
  void aFolderIsNoFile() {
    assertThatExceptionOfType(BadFileException.class)
        .isThrownBy(() -> OrderFile.read(folder))
        .withMessageStartingWith("orders file " + folder + " cannot be read");
  }

  @Test
  void aFileWithoutOrdersIsRefused() throws IOException {
    Path file = file("\n \n");
    assertThatExceptionOfType(BadFileException.class)
        .isThrownBy(() -> OrderFile.read(file))
        .withMessage("orders file " + file + " has no order in it");
  }

  @Test
  void twoOrdersOfOneIdAreRefused() throws IOException {
    Path file = file(GOOD + "\n" + GOOD);
    assertThatExceptionOfType(BadFileException.class)
        .isThrownBy(() -> OrderFile.read(file))
        .withMessage(file + " line 2: id a is that of line 1");
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = folder.resolve("binary.jsonl");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertThatExceptionOfType(BadFileException.class)
        .isThrownBy(() -> OrderFile.read(file))
        .withMessageStartingWith(file + " line 1: ")
        .withMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'a'      | {}                   | line 2: the JSON does not fit",
        "'a'      | ''                   | line 2: id must have 1 to 64 characters",
        "'Ann'    | null                 | line 2: customer is missing",
        "'DE'     | 'Germany'            | line 2: country must be two capital letters",
        "'paid'   | 'lost'               | line 2: status must be paid, pending or cancelled",
        "'2026-03-02T08:00:00Z' | 'yesterday' | line 2: created must be a time",
        "'2026-03-02T08:00:00Z' | null        | line 2: created must be a time",
        "100      | 99                   | line 2: totalCents is 99 but the items add up to 100",
        "'qty':2  | 'qty':0              | line 2: an item needs a sku",
        "'qty':2  | 'qty':2000001        | line 2: an item needs a sku",
        "'cents':50 | 'cents':-1         | line 2: an item needs a sku",
        "'sku':'x' | 'sku':' '           | line 2: an item needs a sku",
        "[{'sku':'x','qty':2,'cents':50}] | []     | line 2: items are missing",
        "[{'sku':'x','qty':2,'cents':50}] | [null] | line 2: an item needs a sku",
        "}],      | }],,                 | line 2: the JSON is not JSON at column",
        "'status' | 'state'              | line 2: status must be paid",
      })
  void aBadLineIsNamedWithItsNumber(String part, String other, String complaint)
      throws IOException {
    String bad = GOOD.replace(part, other);
    assertThat(bad).isNotEqualTo(GOOD);
    Path file = file(GOOD.replace("'a'", "'first'") + "\n" + bad + "\n");
    assertThatExceptionOfType(BadFileException.class)
        .isThrownBy(() -> OrderFile.read(file))
        .withMessageStartingWith(file + " " + complaint)
        .withMessageNotContaining("\n");
  }

  private Path file(String text) throws IOException {
    Path file = folder.resolve("orders.jsonl");
    Files.writeString(file, text.replace('\'', '"'));
    return file;
  }
}
