package dev.mq.tools.archrules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of each kind of module, one set per kind.
 *
 * <p>The trailing parameter of the library sets names the classes that may read the clock or make
 * threads; everybody else is handed time and executors.
 */
public final class HouseRules {
  /** The decision record that every rule names. */
  static final String DECISION = "docs/decisions/0002-architecture-rules.md";

  private HouseRules() {}

  /** For mq-api. */
  public static List<ArchRule> api(String... clocksAndThreads) {
    List<ArchRule> rules = library(clocksAndThreads);
    rules.add(DependencyRules.apiDependsOnJdkAndAnnotationsOnly());
    rules.add(DependencyRules.apiDoesNotKnowSpi());
    rules.add(DependencyRules.internalStaysInside("dev.mq.api", "dev.mq.spi"));
    return rules;
  }

  /** For mq-core. */
  public static List<ArchRule> core(String... clocksAndThreads) {
    List<ArchRule> rules = library(clocksAndThreads);
    rules.add(DependencyRules.seesOfTheProjectOnly("dev.mq.core", "dev.mq.api", "dev.mq.spi"));
    rules.add(DependencyRules.internalStaysInside("dev.mq.core"));
    return rules;
  }

  /** For a backend whose classes live in the given package and below. */
  public static List<ArchRule> backend(String root, String... clocksAndThreads) {
    List<ArchRule> rules = library(clocksAndThreads);
    addBackend(rules, root);
    return rules;
  }

  /** For a backend that also ships a JUnit extension, whose signatures carry JUnit's types. */
  public static List<ArchRule> backendWithExtension(String root, String... clocksAndThreads) {
    List<ArchRule> rules = conduct(clocksAndThreads);
    rules.add(CodeRules.signaturesShowOnly("org.junit.jupiter.api.extension"));
    addBackend(rules, root);
    return rules;
  }

  private static void addBackend(List<ArchRule> rules, String root) {
    rules.add(DependencyRules.seesOfTheProjectOnly(root, "dev.mq.api", "dev.mq.spi"));
    rules.add(DependencyRules.internalStaysInside(root));
    rules.add(CodeRules.userTypesAreImplementedInCore());
  }

  /** For mq-tck, whose user-visible signatures also carry JUnit and AssertJ types. */
  public static List<ArchRule> kit(String... clocksAndThreads) {
    List<ArchRule> rules = conduct(clocksAndThreads);
    rules.add(CodeRules.signaturesShowOnly("org.junit", "org.assertj", "org.opentest4j"));
    rules.add(DependencyRules.seesOfTheProjectOnly("dev.mq.tck", "dev.mq.api", "dev.mq.spi"));
    rules.add(DependencyRules.internalStaysInside("dev.mq.tck"));
    return rules;
  }

  /** For programs: examples and tools. They may print, keep time and start threads. */
  public static List<ArchRule> program(String root) {
    List<ArchRule> rules = new ArrayList<>();
    rules.add(DependencyRules.internalStaysInside(root));
    rules.add(DependencyRules.noPackageCycles());
    rules.add(CodeRules.noThreadSleep());
    return rules;
  }

  /** For programs that show or use what a user has: they see no implementation. */
  public static List<ArchRule> userProgram(String root, String... alsoSeen) {
    List<ArchRule> rules = program(root);
    String[] seen = new String[alsoSeen.length + 2];
    seen[0] = root;
    seen[1] = "dev.mq.api";
    System.arraycopy(alsoSeen, 0, seen, 2, alsoSeen.length);
    rules.add(DependencyRules.seesOfTheProjectOnly(seen));
    rules.add(DependencyRules.clientLibrariesStayInTheirBackend());
    return rules;
  }

  private static List<ArchRule> library(String... clocksAndThreads) {
    List<ArchRule> rules = conduct(clocksAndThreads);
    rules.add(CodeRules.signaturesShowOnly());
    return rules;
  }

  private static List<ArchRule> conduct(String... clocksAndThreads) {
    List<ArchRule> rules = new ArrayList<>();
    rules.add(DependencyRules.clientLibrariesStayInTheirBackend());
    rules.add(DependencyRules.noPackageCycles());
    rules.add(CodeRules.noStandardStreams());
    rules.add(CodeRules.noThreadSleep());
    rules.add(CodeRules.clocksAndThreadsOnlyIn(clocksAndThreads));
    rules.add(CodeRules.oneExceptionRoot());
    return rules;
  }
}
