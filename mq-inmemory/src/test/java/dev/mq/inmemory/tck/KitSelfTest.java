package dev.mq.inmemory.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The kit must notice each {@link Mutant}, by the test that is there for it, and say what is wrong.
 */
class KitSelfTest {
  private static final String TIME_SCALE = "mq.tck.timeScale";

  /** What is missing is waited for in vain, so shortly. */
  @BeforeAll
  static void hurry() {
    System.setProperty(TIME_SCALE, "0.1");
  }

  @AfterAll
  static void stopHurrying() {
    System.clearProperty(TIME_SCALE);
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenBackendFailsTheTestThatIsThereForIt(Mutant mutant) {
    MutantSuite.breakBy(mutant);
    List<String> ran = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    LauncherFactory.create()
        .execute(
            only(mutant.test()),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                  ran.add(test.getDisplayName() + ": " + result.getStatus());
                  result.getThrowable().ifPresent(failures::add);
                }
              }
            });
    assertThat(ran).as("the test named %s", mutant.test()).hasSize(1);
    assertThat(failures).as("%s broke %s", mutant, ran).hasSize(1);
    assertThat(failures.get(0)).as("what %s says", ran).hasMessageContaining(mutant.says());
  }

  private static LauncherDiscoveryRequest only(String method) {
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(DiscoverySelectors.selectClass(MutantSuite.class))
        .filters(
            (PostDiscoveryFilter)
                d -> FilterResult.includedIf(!d.isTest() || method.equals(methodOf(d))))
        .build();
  }

  private static String methodOf(TestDescriptor test) {
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(source -> ((MethodSource) source).getMethodName())
        .orElse("");
  }
}
