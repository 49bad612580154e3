package dev.mq.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.BrokerConfig;
import dev.mq.api.ConfigException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Redaction;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest extends ConfigFixture {
  private static final String CANARY = "c4n4ry";
  private static final ConfigKey<URI> URI_KEY =
      ConfigKey.of("mq.rabbit.uri", "address", null, "An address.", URI::create);

  @Test
  void placeholdersComeFromVariablesAndFiles() {
    environment.variable("USER_NAME", "o${rders").file("secret", "", "  " + CANARY + "  ", "");
    Configuration loaded =
        load(
            "mq.backend", "rabbit",
            "mq.auth.username", "${env:USER_NAME}",
            "mq.auth.password", "${file:secret}",
            "mq.rabbit.uris",
                "amqp://${env:USER_NAME}:${file:" + directory.resolve("secret") + "}@h,$${x}");
    assertThat(value(loaded, CommonKeys.AUTH_USERNAME)).isEqualTo("o${rders");
    assertThat(value(loaded, CommonKeys.AUTH_PASSWORD)).isEqualTo(CANARY);
    assertThat(value(loaded, FakeProvider.URIS)).isEqualTo("amqp://o${rders:" + CANARY + "@h,${x}");
    assertHidden(loaded.report());
  }

  @Test
  void placeholdersAreReadAgainWheneverTheKeyIsAskedFor() {
    environment.file("secret", "one").file("native", "two");
    BackendConfig config =
        load(
                "mq.backend",
                "rabbit",
                "mq.auth.password",
                "${file:secret}",
                "mq.rabbit.native.x",
                "${file:native}")
            .backendConfig();
    environment.file("secret", "three").file("native", "four");
    assertThat(config.get(CommonKeys.AUTH_PASSWORD)).isEqualTo("three");
    assertThat(config.nativeSettings()).isEqualTo(Map.of("x", "four"));
    environment.file("secret", "five");
    assertThat(config.find(CommonKeys.AUTH_PASSWORD)).contains("five");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${env:MISSING}",
        "${file:missing}",
        "${file:.}",
        "${file:\0}",
        "c4n4ry${open",
        "c4n4ry${unknown:c4n4ry}",
        "${c4n4ry}",
        "${}"
      })
  void aPlaceholderThatCannotBeReadNamesKeyAndSourceButNoValue(String text) {
    Map<String, String> keys =
        Map.of(
            "mq.auth.password",
            "code",
            "mq.rabbit.native.x",
            "code",
            "mq.rabbit.heartbeat",
            "code");
    keys.forEach(
        (key, source) ->
            refused("mq.backend", "rabbit", key, text)
                .hasMessageContaining(key + " (" + source + ")")
                .satisfies(SecretsTest::assertHidden));
  }

  @Test
  void aWrongValueFromAPlaceholderIsNotShown() {
    environment.variable("SECRET", CANARY);
    refused("mq.backend", "rabbit", "mq.rabbit.heartbeat", "${env:SECRET}")
        .hasMessageContaining(
            "mq.rabbit.heartbeat = '${env:SECRET}' (code): expected integer, 1 to 600")
        .satisfies(SecretsTest::assertHidden);
  }

  static List<String> malformedAddresses() {
    return List.of(
        "amqp://user:" + CANARY + "@host:x y",
        "amqp://user:" + CANARY + "/%@host",
        "amqp://user:a@" + CANARY + " @host",
        "amqp://user:a,b" + CANARY + "\\@host,amqp://u:" + CANARY + "@h2");
  }

  @ParameterizedTest
  @MethodSource("malformedAddresses")
  void aMalformedAddressDoesNotShowItsPassword(String address) {
    known = List.of(new FakeProvider("rabbit", List.of(URI_KEY)));
    refused("mq.rabbit.uri", address)
        .hasMessageContaining("mq.rabbit.uri = 'amqp://***@h")
        .satisfies(SecretsTest::assertHidden);
  }

  @Test
  void addressesLoseTheirUserInformation() {
    assertThat(Redaction.userInfo("amqp://u:p@h/v")).isEqualTo("amqp://***@h/v");
    assertThat(Redaction.userInfo("amqps://h1,amqp://u:p@h2,http://x"))
        .isEqualTo("amqps://h1,amqp://***@h2,http://x");
    assertThat(Redaction.userInfo("a@b")).isEqualTo("a@b");
  }

  @Test
  void theReportShowsSourcesAndHidesSecrets() {
    environment
        .property("mq.tls.key-password", CANARY)
        .variable("MQ_TLS_TRUST", "ca.pem")
        .file(
            "mq.properties",
            "mq.backend=rabbit",
            "mq.auth.username=orders",
            "mq.auth.password=" + CANARY,
            "mq.rabbit.uris=amqp://u:" + CANARY + "@h",
            "mq.rabbit.native.ssl.keystore.password=" + CANARY,
            "mq.rabbit.native.sasl.jaas.config=" + CANARY,
            "mq.rabbit.native.url=http://u:" + CANARY + "@h",
            "mq.rabbit.native.plain=line\\nbreak",
            "mq.consumers.email.prefetch=7");
    String file = "  (file " + directory.resolve("mq.properties") + ")";
    String report = load("mq.rabbit.heartbeat", "9").report();
    assertThat(report.lines())
        .containsExactly(
            "# broker default",
            "mq.backend = rabbit" + file,
            "mq.topology = apply  (default)",
            "mq.delays.retention = 0ms  (default)",
            "mq.auth.username = orders" + file,
            "mq.auth.password = ***" + file,
            "mq.tls.trust = ca.pem  (environment variable MQ_TLS_TRUST)",
            "mq.tls.key-password = ***  (system property)",
            "mq.tls.verify-hostname = true  (default)",
            "mq.rabbit.uris = amqp://***@h" + file,
            "mq.rabbit.heartbeat = 9  (code)",
            "mq.rabbit.native.plain = line\\nbreak" + file,
            "mq.rabbit.native.sasl.jaas.config = ***" + file,
            "mq.rabbit.native.ssl.keystore.password = ***" + file,
            "mq.rabbit.native.url = http://***@h" + file,
            "mq.consumers.email.prefetch = 7" + file);
  }

  @Test
  void theReportSaysUnderWhichKeyAValueOfANamedBrokerWasFound() {
    environment.file("mq.properties", "mq.brokers.a.backend=rabbit", "mq.auth.username=x");
    assertThat(load().report())
        .contains("# broker a")
        .contains("mq.brokers.a.backend = rabbit  (file ")
        .contains("mq.auth.username = x  (file ");
  }

  @Test
  void noSecretIsInAnyErrorReportOrText() {
    String[][] broken = {
      {"mq.auth.pasword", CANARY},
      {"mq.topology", "x", "mq.auth.password", CANARY},
      {"mq.config", "missing.properties", "mq.auth.password", CANARY},
      {"mq.rabbit.native.", CANARY},
      {"mq.auth.password", "${" + CANARY},
      {"mq.brokers.x.auth.password", CANARY, "mq.brokers.y.auth.password", CANARY}
    };
    for (String[] keys : broken) {
      refused(keys).satisfies(SecretsTest::assertHidden);
      assertHidden(code(keys).build().toString());
    }
    for (String content :
        List.of(
            "{\"mq.auth.password\": " + CANARY + "}",
            "{\"mq.auth.password\": \"" + CANARY,
            "{\"mq.auth.password\": [\"" + CANARY + ",\"]}",
            "{\"mq\":{\"auth\":{\"password\":{\"x\":\"" + CANARY + "\"}}}}",
            "{\"mq.auth.password\":\"" + CANARY + "\"} " + CANARY)) {
      environment.file("mq.json", content);
      refused(code().file(directory.resolve("mq.json"))).satisfies(SecretsTest::assertHidden);
    }
    environment.file("mq.properties", "mq.auth.password=" + CANARY + "\\u12");
    refused().satisfies(SecretsTest::assertHidden);
    environment.file("mq.properties", "mq.auth.password=" + CANARY, "mq.auth.password=" + CANARY);
    refused().satisfies(SecretsTest::assertHidden);

    environment.file("mq.properties", "mq.backend=rabbit");
    BrokerConfig.Builder fine = code("mq.auth.password", CANARY, "mq.consumers.a.prefetch", "1");
    Configuration loaded = load(fine);
    assertHidden(loaded.report());
    for (Object o :
        List.of(
            fine.build(),
            loaded,
            loaded.backendConfig(),
            loaded.consumer("a"),
            new Setting("mq.auth.password", CANARY, "code"))) {
      assertHidden(o.toString());
    }
  }

  @Test
  void aParserThatFailsInAnyWayIsAWrongValue() {
    ConfigKey<String> odd =
        ConfigKey.of(
            "mq.rabbit.odd", "odd", null, "Odd.", s -> List.of("a").get(Integer.parseInt(s)));
    known = List.of(new FakeProvider("rabbit", List.of(odd)));
    assertThatThrownBy(() -> load("mq.rabbit.odd", "5"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mq.rabbit.odd = '5'");
  }

  private static void assertHidden(Throwable e) {
    StringWriter all = new StringWriter();
    e.printStackTrace(new PrintWriter(all));
    assertHidden(all.toString());
  }

  private static void assertHidden(String text) {
    assertThat(text).doesNotContain(CANARY);
  }
}
