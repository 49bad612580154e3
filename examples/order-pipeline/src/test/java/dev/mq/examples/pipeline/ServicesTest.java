package dev.mq.examples.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ServicesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/mq/examples/pipeline");
  private static final int LINES_OF_A_SCREEN = 60;

  @ParameterizedTest
  @ValueSource(strings = {"Analytics", "Fraud", "Fulfilment", "EmailWorker", "PdfWorker"})
  void aServiceIsReadOnOneScreen(String service) throws IOException {
    List<String> lines = Files.readAllLines(SOURCES.resolve(service + ".java"));
    assertThat(lines).hasSizeBetween(15, LINES_OF_A_SCREEN);
  }
}
