package dev.mq.tools.brokers;

/** Starts a broker, says which processes it has, and waits to be killed. */
final class ChildMain {
  private ChildMain() {}

  public static void main(String[] args) throws Exception {
    LocalBroker broker =
        args[0].equals("kafka") ? LocalKafka.builder().start() : LocalRabbit.builder().start();
    System.out.println(broker.logFile().getParent());
    ProcessHandle.current().descendants().forEach(process -> System.out.print(process.pid() + " "));
    System.out.println();
    Thread.currentThread().join();
  }
}
