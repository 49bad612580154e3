package dev.mq.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ConfigException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamedThingsTest extends ConfigFixture {
  private Configuration open(String name) {
    return load(code().name(name));
  }

  @Test
  void theDefaultBrokerIsTheTopLevelWhenNoneIsNamed() {
    assertThat(load("mq.backend", "rabbit").brokerName()).isEqualTo("default");
  }

  @Test
  void theDefaultBrokerIsTheOneOfThatName() {
    environment.file(
        "mq.properties", "mq.brokers.default.backend=kafka", "mq.brokers.other.backend=rabbit");
    assertThat(load().brokerName()).isEqualTo("default");
    assertThat(load().backend()).isEqualTo("kafka");
  }

  @Test
  void theDefaultBrokerIsElseTheOnlyOne() {
    environment.file(
        "mq.properties", "mq.brokers.events.backend=kafka", "mq.brokers.events.topology=none");
    assertThat(load().brokerName()).isEqualTo("events");
    assertThat(load().backend()).isEqualTo("kafka");
  }

  @Test
  void severalBrokersAndNoneCalledDefaultIsAnErrorThatNamesThem() {
    environment.file(
        "mq.properties", "mq.brokers.events.backend=kafka", "mq.brokers.tasks.backend=rabbit");
    refused().hasMessageContaining("events").hasMessageContaining("tasks");
    assertThat(open("tasks").backend()).isEqualTo("rabbit");
  }

  @Test
  void aBrokerThatIsAskedForHasToExist() {
    environment.file(
        "mq.properties", "mq.brokers.events.backend=kafka", "mq.brokers.tasks.backend=rabbit");
    refused(code().name("task"))
        .hasMessageContaining("'task'")
        .hasMessageContaining("nearest is 'tasks'");
    environment.file("mq.properties", "mq.backend=kafka");
    refused(code().name("task")).hasMessageContaining("mq.brokers.task.");
  }

  @Test
  void aBrokerMayExistInTheEnvironmentOnly() {
    environment.variable("MQ_BROKERS_EVENTS_BACKEND", "kafka");
    assertThat(open("events").backend()).isEqualTo("kafka");
  }

  @Test
  void aNamedBrokerInheritsTheTopLevelKeyByKey() {
    environment.file(
        "mq.properties",
        "mq.auth.username=all",
        "mq.topology=verify",
        "mq.rabbit.heartbeat=10",
        "mq.rabbit.native.a=1",
        "mq.rabbit.native.b=2",
        "mq.consumers.email.prefetch=5",
        "mq.consumers.email.concurrency=6",
        "mq.brokers.tasks.backend=rabbit",
        "mq.brokers.tasks.auth.username=tasks",
        "mq.brokers.tasks.rabbit.native.b=3",
        "mq.brokers.tasks.consumers.email.prefetch=7",
        "mq.brokers.events.backend=kafka",
        "mq.brokers.events.rabbit.native.c=4",
        "mq.brokers.events.consumers.email.prefetch=8");
    Configuration loaded = open("tasks");
    assertThat(value(loaded, CommonKeys.AUTH_USERNAME)).isEqualTo("tasks");
    assertThat(value(loaded, FakeProvider.HEARTBEAT)).isEqualTo(10);
    assertThat(loaded.topologyMode()).isEqualTo(Configuration.TopologyMode.VERIFY);
    assertThat(loaded.backendConfig().nativeSettings()).isEqualTo(Map.of("a", "1", "b", "3"));
    assertThat(loaded.consumer("email").find(ConsumerKeys.PREFETCH)).contains(7L);
    assertThat(loaded.consumer("email").find(ConsumerKeys.CONCURRENCY)).contains(6L);
  }

  @Test
  void aTopLevelKeyInCodeIsAboutTheBrokerThatIsOpened() {
    environment.file("mq.properties", "mq.brokers.tasks.backend=rabbit");
    assertThat(load(code("mq.backend", "kafka").name("tasks")).backend()).isEqualTo("kafka");
  }

  @Test
  void wrongValuesOfABrokerThatIsNotOpenedDoNotMatterButItsUnknownKeysDo() {
    environment.file("mq.properties", "mq.brokers.a.topology=maybe", "mq.brokers.b.topology=none");
    assertThat(open("b").topologyMode()).isEqualTo(Configuration.TopologyMode.NONE);
    refused(code().name("a")).hasMessageContaining("mq.brokers.a.topology = 'maybe' (file ");
    environment.file("mq.properties", "mq.brokers.a.topologie=none", "mq.brokers.b.topology=none");
    refused(code().name("b")).hasMessageContaining("mq.brokers.a.topologie");
  }

  @Test
  void namesMayContainDots() {
    environment.file(
        "mq.properties",
        "mq.consumers.account.events.prefetch=1",
        "mq.consumers.account.events.retry.max=2s",
        "mq.consumers.retry.max.retry.max=3s",
        "mq.producers.queue\\:a.b.max-in-flight=4",
        "mq.brokers.eu.west.backend=rabbit",
        "mq.brokers.eu.west.consumers.account.events.prefetch=5");
    Configuration loaded = open("eu.west");
    assertThat(loaded.brokerName()).isEqualTo("eu.west");
    assertThat(loaded.consumer("account.events").find(ConsumerKeys.PREFETCH)).contains(5L);
    assertThat(loaded.consumer("account.events").find(ConsumerKeys.RETRY_MAX))
        .contains(Duration.ofSeconds(2));
    assertThat(loaded.consumer("retry.max").find(ConsumerKeys.RETRY_MAX))
        .contains(Duration.ofSeconds(3));
    assertThat(loaded.consumer("account").find(ConsumerKeys.PREFETCH)).isEmpty();
    assertThat(loaded.producer("queue:a.b").find(ProducerKeys.MAX_IN_FLIGHT)).contains(4L);
  }

  @Test
  void consumersAreLookedUpInTheEnvironmentByTheirNameAndCheckedThen() {
    environment
        .variable("MQ_CONSUMERS_EMAIL_CONCURRENCY", "9")
        .variable("MQ_CONSUMERS_BAD_PREFETCH", "none");
    Configuration loaded = load();
    assertThat(loaded.report()).doesNotContain("mq.consumers.email");
    assertThat(loaded.consumer("email").find(ConsumerKeys.CONCURRENCY)).contains(9L);
    assertThat(loaded.report())
        .contains(
            "mq.consumers.email.concurrency = 9  (environment variable MQ_CONSUMERS_EMAIL_CONCURRENCY)");
    assertThatThrownBy(() -> loaded.consumer("bad"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mq.consumers.bad.prefetch")
        .hasMessageContaining("MQ_CONSUMERS_BAD_PREFETCH");
  }

  @Test
  void whatIsConfiguredWinsOverWhatTheProgramSaysAndThatOverTheDefault() {
    Configuration loaded = load("mq.consumers.a.prefetch", "9");
    assertThat(loaded.consumer("a").get(ConsumerKeys.PREFETCH, 5L)).isEqualTo(9);
    assertThat(loaded.consumer("b").get(ConsumerKeys.PREFETCH, 5L)).isEqualTo(5);
  }

  @Test
  void everyDeclaredKeyOfConsumersAndProducersCanBeAskedFor() {
    Configuration loaded = load();
    assertThat(ConsumerKeys.ALL)
        .allSatisfy(k -> assertThat(loaded.consumer("x").find(k)).isEmpty());
    assertThat(ProducerKeys.ALL)
        .allSatisfy(k -> assertThat(loaded.producer("x").find(k)).isEmpty());
    assertThatThrownBy(() -> loaded.producer("x").find(ConsumerKeys.PREFETCH))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
  }

  @Test
  void theOnlyBackendIsTheSelectedOneWhenNoneIsSet() {
    known = List.of(FakeProvider.RABBIT);
    Configuration loaded = load("mq.rabbit.heartbeat", "12");
    assertThat(loaded.backend()).isEmpty();
    assertThat(value(loaded, FakeProvider.HEARTBEAT)).isEqualTo(12);
  }

  @Test
  void aBackendSeesItsOwnAndTheCommonKeysOnly() {
    BackendConfig rabbit =
        load("mq.backend", "rabbit", "mq.kafka.retries", "1", "mq.kafka.native.acks", "0")
            .backendConfig();
    assertThat(rabbit.nativeSettings()).isEmpty();
    assertThatThrownBy(() -> rabbit.find(FakeProvider.RETRIES))
        .hasMessageContaining("mq.kafka.retries");
  }

  @Test
  void aKeyWithoutValueAndDefaultIsNamedWithTheVariableThatWouldSetIt() {
    BackendConfig rabbit = load("mq.backend", "rabbit").backendConfig();
    assertThatThrownBy(() -> rabbit.get(FakeProvider.URIS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mq.rabbit.uris")
        .hasMessageContaining("MQ_RABBIT_URIS");
    assertThat(rabbit.find(FakeProvider.URIS)).isEmpty();
    ConfigKey<String> undeclared = ConfigKey.text("mq.rabbit.other", "x", "Undeclared.");
    assertThatThrownBy(() -> rabbit.get(undeclared)).hasMessageContaining("does not declare");
  }
}
