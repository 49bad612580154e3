package dev.mq.tools.brokers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the start script of an installed RabbitMQ. */
final class RabbitInstallation {
  static final String HOME = "mq.rabbit.home";
  private static final String SCRIPT = "rabbitmq-server";

  /**
   * Where packages put the product's own script. The one that Debian and Red Hat have on the PATH
   * changes user first, so the PATH is asked last.
   */
  private static final List<String> DIRECTORIES =
      List.of(
          "/usr/lib/rabbitmq/bin",
          "/opt/rabbitmq/sbin",
          "/opt/homebrew/opt/rabbitmq/sbin",
          "/usr/local/opt/rabbitmq/sbin");

  private RabbitInstallation() {}

  static Optional<Path> serverScript() {
    List<Path> candidates = new ArrayList<>();
    String home = System.getProperty(HOME);
    if (home != null) {
      candidates.add(Path.of(home, "sbin", SCRIPT));
      candidates.add(Path.of(home, "bin", SCRIPT));
    }
    DIRECTORIES.forEach(directory -> candidates.add(Path.of(directory, SCRIPT)));
    for (String path : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      candidates.add(Path.of(path, SCRIPT));
    }
    return candidates.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(RabbitInstallation::real);
  }

  static String howToInstall() {
    return "RabbitMQ: install the package rabbitmq-server (Debian, Ubuntu: apt-get install"
        + " --no-install-recommends rabbitmq-server; macOS: brew install rabbitmq; its service need"
        + " not run), or set the system property "
        + HOME
        + " to the directory of an unpacked generic build that has Erlang beside it";
  }

  private static Path real(Path script) {
    try {
      return script.toRealPath();
    } catch (IOException e) {
      throw new BrokerException("cannot resolve " + script, e);
    }
  }
}
