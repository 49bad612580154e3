package dev.mq.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.spi.CommonKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest extends ConfigFixture {
  @Test
  void theFileOfThePropertyWinsOverTheOneInTheWorkingDirectory() {
    environment
        .property("mq.config", "other.properties")
        .file("other.properties", "mq.tls.trust=other")
        .file("mq.properties", "mq.tls.trust=here");
    assertThat(value(load(), CommonKeys.TLS_TRUST)).isEqualTo("other");
  }

  @Test
  void theFileOfTheVariableIsUsed() {
    environment
        .variable("MQ_CONFIG", "other.json")
        .file("other.json", "{\"mq\":{\"tls\":{\"trust\":\"other\"}}}");
    assertThat(value(load(), CommonKeys.TLS_TRUST)).isEqualTo("other");
  }

  @Test
  void theFileNamedInCodeIsUsedEvenWhenIsolated() {
    environment
        .file("other.properties", "mq.tls.trust=other")
        .property("mq.config", "none.properties");
    assertThat(value(load(code("mq.config", "other.properties").isolated()), CommonKeys.TLS_TRUST))
        .isEqualTo("other");
  }

  @Test
  void theFileGivenToTheBuilderWinsOverProperties() {
    environment.file("a.properties", "mq.tls.trust=a").property("mq.config", "none.properties");
    assertThat(value(load(code().file(Path.of("a.properties"))), CommonKeys.TLS_TRUST))
        .isEqualTo("a");
  }

  @Test
  void twoFilesGivenInCodeAreAContradiction() {
    environment.file("a.properties").file("b.properties");
    refused(code("mq.config", "a.properties").file(Path.of("b.properties")))
        .hasMessageContaining("mq.config (code)");
  }

  @Test
  void theWorkingDirectoryWinsOverTheClassPath() {
    environment
        .file("mq.properties", "mq.tls.trust=here")
        .resource("jar/mq.properties", "mq.tls.trust=jar");
    assertThat(value(load(), CommonKeys.TLS_TRUST)).isEqualTo("here");
  }

  @Test
  void oneFileOnTheClassPathIsUsed() {
    environment.resource("jar/mq.properties", "mq.tls.trust=jar");
    Configuration loaded = load();
    assertThat(value(loaded, CommonKeys.TLS_TRUST)).isEqualTo("jar");
    assertThat(loaded.report()).contains("mq.tls.trust = jar  (class path file:");
  }

  @Test
  void severalFilesOnTheClassPathAreAnErrorThatNamesThem() {
    environment.resource("one/mq.properties").resource("two/mq.properties");
    refused().hasMessageContaining("one/mq.properties").hasMessageContaining("two/mq.properties");
  }

  @Test
  void severalFilesOnTheClassPathDoNotMatterWhenOneIsNamed() {
    environment
        .resource("one/mq.properties")
        .resource("two/mq.properties")
        .file("mq.properties", "mq.tls.trust=here");
    assertThat(value(load(), CommonKeys.TLS_TRUST)).isEqualTo("here");
  }

  @Test
  void aNamedFileHasToExist() {
    environment.property("mq.config", "none.properties");
    refused()
        .hasMessageContaining("none.properties")
        .hasMessageContaining("mq.config, system property")
        .hasMessageContaining("does not exist");
    refused(code().file(directory.resolve("gone.json"))).hasMessageContaining("gone.json");
  }

  @Test
  void aFileCannotNameAnotherOne() {
    environment.file("mq.properties", "mq.config=other.properties");
    refused().hasMessageContaining("mq.config").hasMessageContaining("mq.properties");
  }

  @Test
  void noFileAtAllIsFine() {
    assertThat(load().backend()).isEmpty();
  }

  @Test
  void jsonObjectsBecomeDottedKeysAndArraysLists() {
    environment.file(
        "mq.json",
        """
        {"mq": {"backend": "rabbit", "topology": "verify",
                "rabbit": {"uris": ["amqp://a", "amqp://b"], "heartbeat": 45, "native": {"x.y": 1.50, "z": true}},
                "consumers": {"account.events": {"prefetch": 10, "retry": {"max": "5s"}}}},
         "mq.consumers.email.concurrency": 3}
        """);
    Configuration loaded = load(code().file(directory.resolve("mq.json")));
    assertThat(loaded.backend()).isEqualTo("rabbit");
    assertThat(loaded.topologyMode()).isEqualTo(Configuration.TopologyMode.VERIFY);
    assertThat(value(loaded, FakeProvider.URIS)).isEqualTo("amqp://a,amqp://b");
    assertThat(value(loaded, FakeProvider.HEARTBEAT)).isEqualTo(45);
    assertThat(loaded.backendConfig().nativeSettings())
        .isEqualTo(Map.of("x.y", "1.50", "z", "true"));
    assertThat(loaded.consumer("account.events").find(ConsumerKeys.PREFETCH)).contains(10L);
    assertThat(loaded.consumer("email").find(ConsumerKeys.CONCURRENCY)).contains(3L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{\"mq\":}",
        "{} {}",
        "{\"mq.backend\":null}",
        "{\"mq.backend\":[[]]}",
        "{\"mq.backend\":[\"a,b\"]}",
        "{\"mq.backend\":\"a\",\"mq.backend\":\"b\"}",
        "{\"mq\":{\"backend\":\"a\"},\"mq.backend\":\"b\"}",
        "{\"mq.backend\":[\"a\""
      })
  void brokenJsonIsAnErrorThatNamesTheFile(String json) {
    environment.file("bad.json", json);
    refused(code().file(directory.resolve("bad.json")))
        .hasMessageContaining("bad.json")
        .hasNoCause();
  }

  @Test
  void aKeyThatIsTwiceInAPropertiesFileIsAnError() {
    environment.file("mq.properties", "mq.backend=rabbit", "mq.backend=kafka");
    refused().hasMessageContaining("mq.backend").hasMessageContaining("twice");
  }

  @Test
  void filesAreUtf8AndMayStartWithAByteOrderMark() throws Exception {
    Files.writeString(
        directory.resolve("mq.properties"), "\uFEFFmq.tls.trust=/etc/\u00fcmlaut.pem");
    assertThat(value(load(), CommonKeys.TLS_TRUST)).isEqualTo("/etc/\u00fcmlaut.pem");
    Files.write(
        directory.resolve("mq.properties"),
        "mq.tls.trust=/etc/\u00fc".getBytes(StandardCharsets.ISO_8859_1));
    refused().hasMessageContaining("UTF-8");
  }

  @Test
  void aMalformedEscapeIsAnErrorThatNamesTheFile() {
    environment.file("mq.properties", "mq.tls.trust=\\u00zz");
    refused().hasMessageContaining("mq.properties").hasMessageContaining("\\u").hasNoCause();
  }
}
