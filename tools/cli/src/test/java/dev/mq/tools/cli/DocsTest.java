package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages agree with each other and with the code. */
final class DocsTest {
  private static final Path ROOT = Path.of("../..");
  private static final Path SPECIFICATION = ROOT.resolve("docs/specification.md");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");
  private static final Pattern ROW =
      Pattern.compile("\\| ([A-Z]-\\d\\d[abc]?) \\|(?:[^|]*\\|){4} (open|tested: [^|]+) \\|");
  private static final Pattern ID = Pattern.compile("\\b([PXALGODFCYBVSTQWZH]-\\d\\d[abc]?)\\b");
  private static final int GUARANTEES = 167;

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        String target = link.group(1);
        if (!target.contains("://") && !Files.exists(page.resolveSibling(target))) {
          dead.add(page + " -> " + target);
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void everyDecisionIsInTheIndex() throws IOException {
    Path decisions = ROOT.resolve("docs/decisions");
    String index = Files.readString(decisions.resolve("README.md"));
    try (Stream<Path> files = Files.list(decisions)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("README.md"))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(index).contains("](" + name + ")"));
    }
  }

  @Test
  void everyGuaranteeIsInTheSpecificationOnce() throws IOException {
    List<String> ids = rows().stream().map(row -> row.group(1)).toList();
    assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(GUARANTEES);
  }

  @Test
  void everyGuaranteeThatTheCodeNamesIsInTheSpecification() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path source : sources("main")) {
      Matcher id = ID.matcher(Files.readString(source));
      while (id.find()) {
        named.add(id.group(1));
      }
    }
    assertThat(named).hasSizeGreaterThan(30);
    assertThat(rows().stream().map(row -> row.group(1)).toList()).containsAll(named);
  }

  @Test
  void everyTestThatTheSpecificationNamesIsThere() throws IOException {
    Set<String> tests =
        sources("test").stream()
            .map(source -> source.getFileName().toString().replace(".java", ""))
            .collect(Collectors.toSet());
    Set<String> named = new TreeSet<>();
    for (MatchResult row : rows()) {
      if (!row.group(2).equals("open")) {
        named.addAll(List.of(row.group(2).substring("tested: ".length()).split(", ", -1)));
      }
    }
    assertThat(named).isNotEmpty();
    assertThat(tests).containsAll(named);
  }

  private static List<MatchResult> rows() throws IOException {
    return ROW.matcher(Files.readString(SPECIFICATION)).results().toList();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, docs).filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
    }
    assertThat(pages).hasSizeGreaterThan(8);
    return pages;
  }

  private static List<Path> sources(String kind) {
    return Stream.of(
            "mq-api",
            "mq-core",
            "mq-inmemory",
            "mq-rabbit",
            "mq-kafka",
            "examples/order-pipeline",
            "tools/cli")
        .map(module -> ROOT.resolve(module).resolve("src/" + kind + "/java"))
        .filter(Files::exists)
        .flatMap(DocsTest::javaFiles)
        .toList();
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
