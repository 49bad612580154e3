package dev.mq.tools.brokers;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.UUID;

/**
 * Main class of the broker's own JVM: formats the data directory, the first time, and runs Kafka.
 *
 * <p>One JVM for both saves the start of another. Kafka is called by reflection, so that nobody who
 * compiles against this module sees the server's classes.
 */
final class KafkaLauncher {
  private KafkaLauncher() {}

  /**
   * Runs the broker until it is told to end.
   *
   * @param args the properties file and the data directory it names
   */
  public static void main(String[] args) throws Exception {
    if (!Files.exists(Path.of(args[1], "meta.properties"))) {
      String[] format = {"format", "--standalone", "-t", clusterId(), "-c", args[0]};
      Class.forName("kafka.tools.StorageTool")
          .getMethod("execute", String[].class, PrintStream.class)
          .invoke(null, format, System.out);
    }
    Class.forName("kafka.Kafka")
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {args[0]});
  }

  /** Returns a random id in Kafka's form, which does not begin with a dash. */
  private static String clusterId() {
    UUID uuid = UUID.randomUUID();
    byte[] bytes = new byte[16];
    ByteBuffer.wrap(bytes)
        .putLong(uuid.getMostSignificantBits() & Long.MAX_VALUE)
        .putLong(uuid.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
