package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoCommandTest {
  private static final String ORDER =
      "{'id':'n-1','customer':'Ann','items':[{'sku':'x','qty':1,'cents':5}],'totalCents':5,'country':'DE',"
          + "'status':'paid','created':'2026-03-02T08:00:00Z'}\n";

  @TempDir Path folder;

  @Test
  void ordersOfAFileEndWell() throws IOException {
    Shell shell = Shell.run("demo", "--orders", file(ORDER).toString());
    assertThat(shell.code()).as(shell.out()).isZero();
    assertThat(shell.lines()).last().isEqualTo("demo: OK");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void sabotageEndsInFailureWithTheOrdersInTheLastLine() throws IOException {
    Path file = file(ORDER + ORDER.replace("n-1", "n-2"));
    Shell shell = Shell.run("demo", "--sabotage", "duplicate", "--orders", file.toString());
    assertThat(shell.code()).as(shell.out()).isEqualTo(1);
    assertThat(shell.lines()).last().asString().matches("demo: FAILED( n-[12])+");
  }

  @Test
  void aBadLineIsNamed() throws IOException {
    Path file = file(ORDER + "{");
    Shell shell = Shell.run("demo", "--orders", file.toString());
    assertThat(shell.code()).isEqualTo(2);
    assertThat(shell.err()).startsWith("mq demo: " + file + " line 2: ").hasLineCount(1);
    assertThat(shell.out()).isEmpty();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("orders.jsonl"), text.replace('\'', '"'));
  }
}
