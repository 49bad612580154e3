package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README says what is. */
final class ReadmeTest {
  private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  @Test
  void theCapabilityTableIsWhatTheEmbeddedEngineDeclares() throws Exception {
    assertThat(CapabilityTable.written(1))
        .containsExactlyElementsOf(CapabilityTable.declared(Map.of("mq.backend", "inmemory")));
  }

  @Test
  void theProgramCompilesAndRuns() throws Exception {
    Matcher program = PROGRAM.matcher(Files.readString(CapabilityTable.README));
    assertThat(program.find()).isTrue();
    Path source = Files.writeString(folder.resolve("Hello.java"), program.group(1));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator,
                source.toString());
    assertThat(compiled).isZero();
    assertThat(outputOf("Hello")).isEqualTo("mail about order 4711" + System.lineSeparator());
  }

  /** Runs the program with the configuration of the demo, which is on the class path. */
  private String outputOf(String program) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      loader
          .loadClass(program)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
