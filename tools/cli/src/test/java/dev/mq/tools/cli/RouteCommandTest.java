package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each {@code route/NAME.json} in the resources has its answer, line by line, in {@code
 * route/NAME.out}.
 */
final class RouteCommandTest {
  private static final String WHY = ",\"why\":[";

  @TempDir Path folder;

  static Stream<String> questions() throws IOException, URISyntaxException {
    Path all = Path.of(RouteCommandTest.class.getResource("/route").toURI());
    try (Stream<Path> files = Files.list(all)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".json"))
              .map(name -> name.substring(0, name.length() - ".json".length()))
              .sorted()
              .toList();
      assertThat(names).hasSizeGreaterThanOrEqualTo(5);
      return names.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("questions")
  void theTablesAnswerAsWritten(String name) throws IOException, URISyntaxException {
    Shell shell = Shell.runWith(text(name + ".json"), "route");
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out()).isEqualTo(text(name + ".out"));
    assertThat(shell.code()).isZero();
  }

  @ParameterizedTest
  @MethodSource("questions")
  void theEmbeddedEngineAnswersAlike(String name) throws IOException, URISyntaxException {
    Shell shell = Shell.runWith(text(name + ".json"), "route", "--backend", "inmemory");
    assertThat(shell.err()).isEmpty();
    assertThat(shell.lines().stream().map(RouteCommandTest::withoutWhy))
        .containsExactlyElementsOf(
            text(name + ".out").lines().map(RouteCommandTest::withoutWhy).toList());
    assertThat(shell.lines())
        .allSatisfy(line -> assertThat(line).contains("asked inmemory, which does not say why"));
    assertThat(shell.code()).isZero();
  }

  @Test
  void theDocumentMayBeInAFile() throws IOException, URISyntaxException {
    Path file = Files.writeString(folder.resolve("question.json"), text("topic.json"));
    assertThat(Shell.run("route", "--file", file.toString()).out()).isEqualTo(text("topic.out"));
  }

  @Test
  void twoQuestionsAtOnceDoNotMeet() throws Exception {
    String document = text("topic.json");
    List<Shell> shells =
        Stream.generate(() -> document)
            .limit(4)
            .parallel()
            .map(question -> Shell.runWith(question, "route", "--backend", "inmemory"))
            .toList();
    assertThat(shells.stream().map(Shell::out).distinct()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"route", "route --backend inmemory"})
  void aRefusedBindingFailsWithoutAnAnswer(String command) {
    String document =
        "{'exchanges':[{'name':'t','type':'topic'}],'bindings':[{'exchange':'t','queue':'q','key':'#.#.#'}],"
            + "'messages':[{'exchange':'t','key':'a'}]}";
    Shell shell = Shell.runWith(document.replace('\'', '"'), command.split(" "));
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err())
        .startsWith("mq route: ")
        .contains("'t' -> queue 'q'", "at most 2 '#'")
        .hasLineCount(1);
  }

  private static String withoutWhy(String line) {
    return line.substring(0, line.indexOf(WHY));
  }

  private static String text(String name) throws IOException, URISyntaxException {
    return Files.readString(Path.of(RouteCommandTest.class.getResource("/route/" + name).toURI()));
  }
}
