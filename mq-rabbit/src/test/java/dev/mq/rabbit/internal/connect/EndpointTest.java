package dev.mq.rabbit.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EndpointTest {
  private static List<Endpoint> parse(String text) {
    return RabbitKeys.URIS.parse(text, "test");
  }

  @Test
  void readsSeveralAddressesWithTheirDefaults() {
    assertThat(parse("amqp://a, amqps://b/v%2fw , amqp://u:p@[::1]:99/"))
        .containsExactly(
            new Endpoint("a", 5672, false, "/", null),
            new Endpoint("b", 5671, true, "v/w", null),
            new Endpoint("::1", 99, false, "", "u:p"));
    assertThat(RabbitKeys.STREAM_URIS.parse("rabbitmq-stream://a,rabbitmq-stream+tls://b", "test"))
        .containsExactly(
            new Endpoint("a", 5552, false, "/", null), new Endpoint("b", 5551, true, "/", null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "http://a",
        "amqp://",
        "amqp://a?heartbeat=1",
        "amqp://a/b/c",
        "amqp://a b"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mq.rabbit.uris");
  }

  @Test
  void showsNoSecret() {
    Endpoint e = parse("amqp://user:canary@a").get(0);
    assertThat(e.toString()).isEqualTo("a:5672");
    assertThat(new Credentials("user", "canary").toString()).doesNotContain("canary");
    assertThatThrownBy(() -> parse("amqp://user:canary@a?x")).hasMessageNotContaining("canary");
  }
}
