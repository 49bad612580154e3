package dev.mq.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.BrokerConfig;
import dev.mq.spi.CommonKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LookupOrderTest extends ConfigFixture {
  private static final String TOP = "mq.tls.trust";
  private static final String OWN = "mq.brokers.events.tls.trust";

  /** Every place a value can be, the one that wins first. */
  private enum Place {
    CODE_OWN,
    CODE_TOP,
    PROPERTY_OWN,
    VARIABLE_OWN,
    FILE_OWN,
    PROPERTY_TOP,
    VARIABLE_TOP,
    FILE_TOP
  }

  @Test
  void theFirstSourceThatHasAKeyWinsForEverySubsetOfSources() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 600; round++) {
      environment = new FakeEnvironment(directory);
      List<Place> chosen = new ArrayList<>(List.of(Place.values()));
      double share = random.nextDouble();
      chosen.removeIf(p -> random.nextDouble() < share);
      BrokerConfig.Builder code = code("mq.brokers.events.backend", "rabbit").name("events");
      boolean json = random.nextBoolean();
      chosen.forEach(p -> put(p, code));
      code.file(directory.resolve(file(chosen, json)));

      Configuration loaded = load(code);

      assertThat(loaded.backendConfig().find(CommonKeys.TLS_TRUST))
          .as("seed %d round %d, set in %s", seed, round, chosen)
          .isEqualTo(chosen.stream().findFirst().map(Place::name));
    }
  }

  private void put(Place place, BrokerConfig.Builder code) {
    switch (place) {
      case CODE_OWN -> code.set(OWN, place.name());
      case CODE_TOP -> code.set(TOP, place.name());
      case PROPERTY_OWN -> environment.property(OWN, place.name());
      case PROPERTY_TOP -> environment.property(TOP, place.name());
      case VARIABLE_OWN -> environment.variable("MQ_BROKERS_EVENTS_TLS_TRUST", place.name());
      case VARIABLE_TOP -> environment.variable("MQ_TLS_TRUST", place.name());
      case FILE_OWN, FILE_TOP -> {}
    }
  }

  private String file(List<Place> chosen, boolean json) {
    List<String> lines = new ArrayList<>();
    for (Place p : List.of(Place.FILE_OWN, Place.FILE_TOP)) {
      if (chosen.contains(p)) {
        String key = p == Place.FILE_OWN ? OWN : TOP;
        lines.add(json ? "\"" + key + "\":\"" + p + "\"" : key + "=" + p);
      }
    }
    String name = json ? "all.json" : "all.properties";
    environment.file(name, json ? "{" + String.join(",", lines) + "}" : String.join("\n", lines));
    return name;
  }

  @Test
  void whatNobodySetsHasItsDefault() {
    Configuration loaded = load("mq.backend", "rabbit");
    assertThat(value(loaded, FakeProvider.HEARTBEAT)).isEqualTo(30);
    assertThat(value(loaded, CommonKeys.TLS_VERIFY_HOSTNAME)).isTrue();
    assertThat(loaded.topologyMode()).isEqualTo(Configuration.TopologyMode.APPLY);
  }

  @Test
  void anIsolatedConfigurationSeesOnlyCode() {
    environment
        .property("mq.tls.trust", "property")
        .variable("MQ_TLS_KEY", "variable")
        .variable("MQ_CONFIG", "nowhere.properties")
        .file("mq.properties", "mq.auth.username=file", "mq.brokers.a.backend=rabbit");
    Configuration loaded = load(code("mq.backend", "rabbit").isolated());
    assertThat(loaded.brokerName()).isEqualTo("default");
    assertThat(loaded.backendConfig().find(CommonKeys.TLS_TRUST)).isEmpty();
    assertThat(loaded.backendConfig().find(CommonKeys.TLS_KEY)).isEmpty();
    assertThat(loaded.backendConfig().find(CommonKeys.AUTH_USERNAME)).isEmpty();
  }

  @Test
  void anIsolatedConfigurationReadsTheFileItIsGiven() {
    environment
        .file("mine.properties", "mq.backend=rabbit", "mq.auth.username=file")
        .variable("MQ_AUTH_USERNAME", "variable");
    Configuration loaded = load(code().file(directory.resolve("mine.properties")).isolated());
    assertThat(value(loaded, CommonKeys.AUTH_USERNAME)).isEqualTo("file");
  }

  @Test
  void laterChangesOfTheSurroundingsChangeNothing() {
    environment.property("mq.tls.trust", "first");
    Configuration loaded = load("mq.backend", "rabbit");
    environment.property("mq.tls.trust", "second").property("mq.consumers.a.prefetch", "7");
    assertThat(value(loaded, CommonKeys.TLS_TRUST)).isEqualTo("first");
    assertThat(loaded.consumer("a").find(ConsumerKeys.PREFETCH)).isEmpty();
  }

  @Test
  void aBlankVariableCountsAsNotSet() {
    environment
        .variable("MQ_TLS_TRUST", " ")
        .variable("MQ_CONFIG", "")
        .file("mq.properties", "mq.tls.trust=file");
    assertThat(value(load(), CommonKeys.TLS_TRUST)).isEqualTo("file");
  }

  @Test
  void namesInTheEnvironmentAreUpperCaseWithUnderscores() {
    assertThat(Sources.variable("mq.consumers.email.concurrency"))
        .isEqualTo("MQ_CONSUMERS_EMAIL_CONCURRENCY");
    assertThat(Sources.variable("mq.consumers.account-events.retry.max-attempts"))
        .isEqualTo("MQ_CONSUMERS_ACCOUNT_EVENTS_RETRY_MAX_ATTEMPTS");
    assertThat(Sources.variable("mq.consumers.\u00fcber\ud83d\ude00.prefetch"))
        .isEqualTo("MQ_CONSUMERS__BER__PREFETCH");
  }

  @Test
  void theEnvironmentIsNeverSearched() {
    environment
        .variable("MQ_PORT", "tcp://10.0.0.1:5672")
        .variable("MQ_SERVICE_HOST", "10.0.0.1")
        .variable("MQ_BROKERS_GHOST_BACKEND", "rabbit")
        .variable("MQ_KAFKA_NATIVE_ACKS", "0")
        .variable("MQ_BACKEND", "kafka");
    Configuration loaded = load();
    assertThat(loaded.brokerName()).isEqualTo("default");
    assertThat(loaded.backendConfig().nativeSettings()).isEmpty();
    assertThat(loaded.report()).doesNotContain("10.0.0.1").doesNotContain("GHOST");
  }
}
