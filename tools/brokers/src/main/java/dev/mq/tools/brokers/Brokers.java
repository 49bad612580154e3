package dev.mq.tools.brokers;

import java.io.IOException;

/**
 * Starts a broker by hand: {@code java … dev.mq.tools.brokers.Brokers kafka|rabbit}.
 *
 * <p>Prints the address and runs until standard input ends or the program is interrupted.
 */
public final class Brokers {
  private Brokers() {}

  /**
   * Runs one broker.
   *
   * @param args {@code kafka} or {@code rabbit}
   */
  public static void main(String[] args) throws IOException {
    switch (args.length == 1 ? args[0] : "") {
      case "kafka" -> {
        try (LocalKafka kafka = LocalKafka.builder().start()) {
          System.out.println("bootstrap.servers " + kafka.bootstrapServers());
          runUntilInputEnds(kafka);
        }
      }
      case "rabbit" -> {
        try (LocalRabbit rabbit = LocalRabbit.builder().start()) {
          System.out.println("amqp    " + rabbit.amqpUri());
          System.out.println("streams " + rabbit.streamUri());
          runUntilInputEnds(rabbit);
        }
      }
      default -> {
        System.err.println("usage: Brokers kafka|rabbit");
        System.exit(2);
      }
    }
  }

  private static void runUntilInputEnds(LocalBroker broker) throws IOException {
    System.out.println("process " + broker.pid() + ", log " + broker.logFile());
    System.out.flush();
    while (System.in.read() >= 0) {
      // Only the end of input is of interest.
    }
  }
}
