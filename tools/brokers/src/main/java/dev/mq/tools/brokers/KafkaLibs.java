package dev.mq.tools.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the jars of the Kafka server.
 *
 * <p>The build lists them in the resource {@code kafka-classpath.txt}, relative to the local Maven
 * repository, so that the list is the same on every machine and no server jar gets on the class
 * path of a user of this module. A directory in the system property {@value #LIBS} goes first.
 */
final class KafkaLibs {
  static final String LIBS = "mq.kafka.libs";
  private static final String LIST = "kafka-classpath.txt";
  private static final String REPOSITORY = "@repository@";

  private KafkaLibs() {}

  /** Returns the class path for a broker's JVM, or nothing if the jars are not here. */
  static Optional<String> classPath() {
    String directory = System.getProperty(LIBS);
    if (directory != null && !directory.isBlank()) {
      return Optional.of(ownClasses() + File.pathSeparator + Path.of(directory, "*"));
    }
    return listed()
        .flatMap(
            list ->
                repositories().stream()
                    .map(repository -> resolve(list, repository))
                    .flatMap(Optional::stream)
                    .findFirst())
        .map(jars -> ownClasses() + File.pathSeparator + jars);
  }

  static String howToInstall() {
    return "the Kafka server's jars: build the module mq-tools-brokers with Maven, which fetches them,"
        + " or set the system property "
        + LIBS
        + " to a directory that holds kafka_2.13 and its runtime dependencies";
  }

  private static Optional<String> listed() {
    try (InputStream in = KafkaLibs.class.getResourceAsStream(LIST)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), UTF_8).strip());
    } catch (IOException e) {
      throw new BrokerException("cannot read the resource " + LIST, e);
    }
  }

  private static Optional<String> resolve(String list, Path repository) {
    List<String> jars = new ArrayList<>();
    for (String entry : list.split(":", -1)) {
      Path jar = Path.of(entry.replace(REPOSITORY, repository.toString()));
      if (!Files.exists(jar)) {
        return Optional.empty();
      }
      jars.add(jar.toString());
    }
    return Optional.of(String.join(File.pathSeparator, jars));
  }

  /** Surefire and Failsafe tell the JVMs they start which repository the build uses. */
  private static List<Path> repositories() {
    List<Path> found = new ArrayList<>();
    for (String name : List.of("maven.repo.local", "localRepository")) {
      String value = System.getProperty(name);
      if (value != null) {
        found.add(Path.of(value));
      }
    }
    found.add(Path.of(System.getProperty("user.home"), ".m2", "repository"));
    return found;
  }

  private static Path ownClasses() {
    try {
      return Path.of(KafkaLibs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new BrokerException("cannot find the classes of this module", e);
    }
  }
}
