package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.core.discovery.Backends;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
  private static final List<BackendProvider> BACKENDS = Backends.find().usable();

  private static Path page() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory.resolve("docs/configuration.md");
  }

  @Test
  void thePageIsWhatTheDeclaredKeysSay() throws IOException {
    String wanted = ConfigurationPage.of(BACKENDS);
    if (Boolean.getBoolean("mq.docs.write")) {
      Files.writeString(page(), wanted);
    }
    assertThat(page())
        .as("the page is out of date, run: %s", ConfigurationPage.COMMAND)
        .hasContent(wanted);
  }

  @Test
  void everyKeyOfEveryBackendOnTheClassPathIsThere() {
    String page = ConfigurationPage.of(BACKENDS);
    for (BackendProvider backend : BACKENDS) {
      for (ConfigKey<?> key : backend.keys()) {
        assertThat(page).contains("| `" + key.name() + "` |");
        assertThat(key.name())
            .as("other programs inject such variables")
            .doesNotMatch(".*[.-](port|host)");
      }
    }
  }
}
