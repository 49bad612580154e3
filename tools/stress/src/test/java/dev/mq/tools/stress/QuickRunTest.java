package dev.mq.tools.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickRunTest {
  /** A hung run ends; a run on an idle machine takes a tenth of it. */
  private static final long AT_MOST_SECONDS = 240;

  @Test
  void noForbiddenOutcomeTurnsUp(@TempDir Path directory) throws Exception {
    Path output = directory.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(QuickRun.arguments(directory.resolve("report").toString()));
    Process run =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = run.waitFor(AT_MOST_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      run.descendants().forEach(ProcessHandle::destroyForcibly);
      run.destroyForcibly();
    }
    String text = Files.readString(output);
    assertThat(ended).as("ended in time; %s", text).isTrue();
    assertThat(run.exitValue()).as(text).isZero();
    assertThat(text).containsPattern("14 planned; 14 passed|7 planned; 7 passed");
    assertThat(new File(directory.toFile(), "report")).isDirectory();
  }
}
