package dev.mq.tck;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A program that does one {@link ClientTask} and then waits to be killed. Its configuration comes
 * in lines of {@code key=value} on standard input, an empty line ends them; when standard input
 * ends, so does the program, so that it never outlives the test that started it.
 */
final class ClientMain {
  /** Leads each line of standard output that is meant for the test. */
  static final String PREFIX = "mq-tck: ";

  private ClientMain() {}

  /**
   * Runs the program.
   *
   * @param args the name of the broker, the task and its arguments
   */
  public static void main(String[] args) throws IOException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
      BrokerConfig.Builder config = BrokerConfig.builder().isolated().name(args[0]);
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        int equals = line.indexOf('=');
        config.set(line.substring(0, equals), line.substring(equals + 1));
      }
      Broker broker = Broker.open(config.build());
      ClientTask.valueOf(args[1])
          .run(broker, List.of(args).subList(2, args.length), s -> out.println(PREFIX + s));
      while (in.readLine() != null) {
        // Only the end of input is of interest.
      }
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }
}
