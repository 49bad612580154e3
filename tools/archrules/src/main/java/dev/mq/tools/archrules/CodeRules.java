package dev.mq.tools.archrules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Stream;

/** What code does and what its signatures show. */
final class CodeRules {
  private static final Set<String> CLOCKS =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.time.Instant.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.OffsetDateTime.now");

  /** Their constructors, and their static methods where they make threads. */
  private static final Set<String> THREAD_MAKERS =
      Set.of(
          "java.lang.Thread",
          "java.util.Timer",
          "java.util.concurrent.ThreadPoolExecutor",
          "java.util.concurrent.ScheduledThreadPoolExecutor",
          "java.util.concurrent.ForkJoinPool");

  private CodeRules() {}

  static ArchRule noStandardStreams() {
    return noClasses()
        .should(ACCESS_STANDARD_STREAMS)
        .as("library code does not write to the standard streams")
        .because("the log is the application's, see " + HouseRules.DECISION);
  }

  static ArchRule noThreadSleep() {
    return noClasses()
        .should()
        .callMethodWhere(
            describe(
                "the target sleeps",
                call ->
                    call.getTarget().getName().equals("sleep")
                        && (call.getTargetOwner().isEquivalentTo(Thread.class)
                            || call.getTargetOwner()
                                .isEquivalentTo(java.util.concurrent.TimeUnit.class))))
        .as("nobody sleeps")
        .because("wait for the event, not for the time it may take, see " + HouseRules.DECISION);
  }

  static ArchRule clocksAndThreadsOnlyIn(String... classNames) {
    Set<String> places = Set.of(classNames);
    return noClasses()
        .that(
            describe(
                "are not meant for it",
                type -> !places.contains(outermost(type).getName()) && !type.isAnnotation()))
        .should()
        .accessTargetWhere(
            describe("the target is a clock or makes a thread", CodeRules::makesTimeOrThread))
        .as("clocks and threads are made only in " + places)
        .because("a test must be able to bring its own time, see " + HouseRules.DECISION);
  }

  static ArchRule oneExceptionRoot() {
    return classes()
        .that()
        .areAssignableTo(Exception.class)
        .should()
        .beAssignableTo("dev.mq.api.MqException")
        .as("exceptions have one root")
        .because("users catch one type and ask for its code, see " + HouseRules.DECISION);
  }

  /** Functional interfaces are left out: those a user or a backend may implement as well. */
  static ArchRule userTypesAreImplementedInCore() {
    return noClasses()
        .should()
        .implement(
            resideInAPackage("dev.mq.api..")
                .and(describe("are not functional", type -> abstractMethods(type) > 1)))
        .as("user types are implemented only in mq-core")
        .because("a new user method must break no backend, see " + HouseRules.DECISION);
  }

  static ArchRule signaturesShowOnly(String... libraries) {
    return codeUnits()
        .that(describe("are seen by users", CodeRules::isSeenByUsers))
        .should(showOnlyOwnTypes(libraries))
        .as("public signatures show no third-party type outside unwrap")
        .because("a library's next major version is not ours, see " + HouseRules.DECISION);
  }

  private static boolean makesTimeOrThread(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getTarget().getName();
    return CLOCKS.contains(owner + "." + name)
        || (THREAD_MAKERS.contains(owner) && name.equals(JavaConstructor.CONSTRUCTOR_NAME))
        || (owner.equals("java.util.concurrent.Executors") && name.startsWith("new"));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(CodeRules::outermost).orElse(type);
  }

  private static long abstractMethods(JavaClass type) {
    return type.getAllMethods().stream()
        .filter(method -> method.getModifiers().contains(JavaModifier.ABSTRACT))
        .count();
  }

  private static boolean isSeenByUsers(JavaCodeUnit unit) {
    return isOpen(unit.getModifiers())
        && !unit.getModifiers().contains(JavaModifier.SYNTHETIC)
        && !unit.getName().equals("unwrap")
        && !unit.getOwner().getPackageName().contains(".internal")
        && Stream.iterate(
                unit.getOwner(),
                type -> type != null,
                type -> type.getEnclosingClass().orElse(null))
            .allMatch(type -> isOpen(type.getModifiers()));
  }

  private static boolean isOpen(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static ArchCondition<JavaCodeUnit> showOnlyOwnTypes(String... libraries) {
    DescribedPredicate<JavaClass> own =
        describe(
            "belong to the JDK or the project",
            type ->
                type.isPrimitive()
                    || Stream.concat(Stream.of("java", "dev.mq"), Stream.of(libraries))
                        .anyMatch(root -> type.getPackageName().startsWith(root)));
    return new ArchCondition<>("show only types of the JDK and the project") {
      @Override
      public void check(JavaCodeUnit unit, ConditionEvents events) {
        Stream.of(
                Stream.of(unit.getReturnType()),
                unit.getParameterTypes().stream(),
                unit.getExceptionTypes().stream())
            .flatMap(types -> types)
            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
            .map(JavaClass::getBaseComponentType)
            .filter(own.negate())
            .forEach(
                type ->
                    events.add(
                        SimpleConditionEvent.violated(
                            unit, unit.getDescription() + " shows " + type.getName())));
      }
    };
  }
}
