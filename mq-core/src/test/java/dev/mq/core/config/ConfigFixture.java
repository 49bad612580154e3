package dev.mq.core.config;

import dev.mq.api.BrokerConfig;
import dev.mq.api.ConfigException;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.ConfigKey;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the tests of configuration share: surroundings of their own, two backends that are known.
 */
abstract class ConfigFixture {
  @TempDir Path directory;
  FakeEnvironment environment;
  List<BackendProvider> known = List.of(FakeProvider.RABBIT, FakeProvider.KAFKA);

  @BeforeEach
  void surroundings() {
    environment = new FakeEnvironment(directory);
  }

  static BrokerConfig.Builder code(String... keysAndValues) {
    BrokerConfig.Builder builder = BrokerConfig.builder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      builder.set(keysAndValues[i], keysAndValues[i + 1]);
    }
    return builder;
  }

  Configuration load(String... keysAndValues) {
    return load(code(keysAndValues));
  }

  Configuration load(BrokerConfig.Builder builder) {
    return ConfigurationLoader.load(builder.build(), known, environment);
  }

  AbstractThrowableAssert<?, ? extends Throwable> refused(String... keysAndValues) {
    return refused(code(keysAndValues));
  }

  AbstractThrowableAssert<?, ? extends Throwable> refused(BrokerConfig.Builder builder) {
    return Assertions.assertThatThrownBy(() -> load(builder)).isInstanceOf(ConfigException.class);
  }

  static <T> T value(Configuration configuration, ConfigKey<T> key) {
    return configuration.backendConfig().get(key);
  }
}
