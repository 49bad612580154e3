package dev.mq.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownKeysTest extends ConfigFixture {
  @ParameterizedTest
  @CsvSource({
    "mq.backned, mq.backend",
    "backend, mq.backend",
    "mq.topolgy, mq.topology",
    "mq.auth.pasword, mq.auth.password",
    "mq.tls.verify-host, mq.tls.verify-hostname",
    "mq.rabbit.uri, mq.rabbit.uris",
    "mq.kafka.bootstrap.servers, mq.kafka.bootstrap-servers",
    "mq.consumers.email.concurency, mq.consumers.email.concurrency",
    "mq.consumer.email.concurrency, mq.consumers.email.concurrency",
    "mq.consumers.account.events.prefech, mq.consumers.account.events.prefetch",
    "mq.consumers.account.events.retry.max-attempt, mq.consumers.account.events.retry.max-attempts",
    "mq.producers.audit.max-inflight, mq.producers.audit.max-in-flight",
    "mq.brokers.events.backnd, mq.brokers.events.backend",
    "mq.brokers.events.consumers.email.prefetsh, mq.brokers.events.consumers.email.prefetch",
    "mq.consumers.prefetch, mq.consumers.<name>.prefetch"
  })
  void anUnknownKeyIsNamedWithSourceAndTheNearestKnownOne(String key, String nearest) {
    refused(key, "1")
        .hasMessageContaining(key + " (code): unknown key, the nearest known one is " + nearest);
    environment.file("mq.properties", key + "=1");
    refused()
        .hasMessageContaining(key + " (file " + directory.resolve("mq.properties") + ")")
        .hasMessageContaining(nearest);
  }

  @ParameterizedTest
  @CsvSource({
    "mq.brokers.events.config",
    "mq.brokers.backend",
    "mq.brokers..backend",
    "mq.rabbit.native.",
    "mq.rabbit.nativex.a",
    "mq.consumers..prefetch",
    "mq.",
    "mq",
    "mq.auth.",
    "MQ.BACKEND"
  })
  void keysThatOnlyLookRightAreUnknown(String key) {
    refused(key, "1").hasMessageContaining(key).hasMessageContaining("unknown key");
  }

  @Test
  void everyUnknownKeyIsNamedAtOnce() {
    environment.file("mq.properties", "mq.a=1", "mq.b=2");
    refused("mq.c", "3")
        .hasMessageContaining("mq.a (")
        .hasMessageContaining("mq.b (")
        .hasMessageContaining("mq.c (");
  }

  @Test
  void unknownSystemPropertiesAreNotUsedAndTheReportSaysSo() {
    environment.property("mq.backned", "canary").property("other.key", "x");
    assertThat(load().report())
        .contains("# mq.backned (system property) is unknown and not used")
        .doesNotContain("canary")
        .doesNotContain("other.key");
  }

  @Test
  void sectionsOfShippedBackendsAreAllowedWhenTheyAreNotThere() {
    known = List.of();
    environment.file(
        "mq.properties",
        "mq.rabbit.anything=1",
        "mq.kafka.native.acks=1",
        "mq.inmemory.x=2",
        "mq.brokers.a.rabbit.b.c=3");
    assertThat(load().brokerName()).isEqualTo("a");
  }

  @Test
  void sectionsOfOtherBackendsOnTheClassPathAreChecked() {
    environment.file("mq.properties", "mq.backend=rabbit", "mq.kafka.bootstrap=x");
    refused()
        .hasMessageContaining("mq.kafka.bootstrap (")
        .hasMessageContaining("mq.kafka.bootstrap-servers");
    environment.file("mq.properties", "mq.backend=rabbit", "mq.kafka.retries=11");
    refused().hasMessageContaining("mq.kafka.retries = '11'");
  }

  @Test
  void placeholdersOfOtherBackendsAreNotReadSoOneFileServesAll() {
    environment.file(
        "mq.properties", "mq.backend=rabbit", "mq.kafka.retries=${env:ONLY_ON_KAFKA_HOSTS}");
    assertThat(load().backend()).isEqualTo("rabbit");
  }

  @Test
  void theSectionOfAMissingBackendThatIsSelectedIsLeftToWhoeverOpensIt() {
    environment.file(
        "mq.properties",
        "mq.brokers.default.backend=dir",
        "mq.dir.path=/tmp",
        "mq.brokers.x.backend=odd",
        "mq.odd.a=1");
    assertThat(load().backend()).isEqualTo("dir");
    refused("mq.even.a", "1").hasMessageContaining("mq.even.a");
  }

  @ParameterizedTest
  @CsvSource({
    "mq.topology, maybe, 'one of apply, verify, none'",
    "mq.tls.verify-hostname, yes, true or false",
    "mq.rabbit.heartbeat, 0, 1 to 600",
    "mq.rabbit.heartbeat, -5, 1 to 600",
    "mq.rabbit.heartbeat, 99999999999999999999, 1 to 600",
    "mq.consumers.email.prefetch, 0, 1 to 1000000",
    "mq.consumers.email.prefetch, ten, 1 to 1000000",
    "mq.consumers.email.max-hold, -1s, a duration",
    "mq.consumers.email.max-hold, PT-1S, 1ms to 1d",
    "mq.consumers.email.max-hold, 999999999999999d, duration",
    "mq.consumers.email.retry.max, 2d, 0ms to 1d",
    "mq.producers.audit.max-in-flight, 0, 1 to 1000000",
    "mq.producers.audit.delivery-timeout, 0, 1ms to 1h"
  })
  void aValueOfTheWrongTypeOrRangeIsRefusedAtOpenFromEverySource(
      String key, String value, String wanted) {
    String named = key + " = '" + value + "' (";
    refused("mq.backend", "rabbit", key, value)
        .hasMessageContaining(named + "code)")
        .hasMessageContaining(wanted);
    environment.property(key, value);
    refused("mq.backend", "rabbit")
        .hasMessageContaining(named + "system property)")
        .hasMessageContaining(wanted);
    environment = new FakeEnvironment(directory).file("mq.properties", key + "=" + value);
    refused("mq.backend", "rabbit")
        .hasMessageContaining(named + "file ")
        .hasMessageContaining(wanted);
  }

  @Test
  void aWrongValueInTheEnvironmentIsRefusedWithTheNameOfTheVariable() {
    environment.variable("MQ_TOPOLOGY", "maybe");
    refused().hasMessageContaining("mq.topology = 'maybe' (environment variable MQ_TOPOLOGY)");
  }

  @Test
  void aWrongValueThatAnotherSourceOverridesDoesNotMatter() {
    environment.property("mq.topology", "none").file("mq.properties", "mq.topology=maybe");
    assertThat(load().topologyMode()).isEqualTo(Configuration.TopologyMode.NONE);
  }

  @Test
  void noKeyEndsInPortOrHostAndNoTwoShareAVariable() {
    List<ConfigKey<?>> all = new ArrayList<>(RuntimeKeys.ALL);
    all.addAll(CommonKeys.ALL);
    ConsumerKeys.ALL.forEach(k -> all.add(k.named("mq.consumers.name." + k.name())));
    ProducerKeys.ALL.forEach(k -> all.add(k.named("mq.producers.name." + k.name())));
    assertThat(all).hasSizeGreaterThan(20);
    assertThat(all).allSatisfy(k -> assertThat(k.name()).doesNotMatch(".*[.-](port|host)"));
    assertThat(all.stream().map(k -> Sources.variable(k.name()))).doesNotHaveDuplicates();
    assertThat(all).allSatisfy(k -> assertThat(k.doc()).endsWith("."));
  }

  @Test
  void distanceCountsInsertionsDeletionsReplacementsAndSwaps() {
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("backned", "backend")).isEqualTo(1);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.of("x", List.of())).isNull();
  }
}
