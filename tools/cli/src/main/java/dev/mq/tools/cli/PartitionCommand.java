package dev.mq.tools.cli;

import dev.mq.api.Message;
import dev.mq.api.Partitioner;
import dev.mq.core.log.Partitioners;
import dev.mq.tools.cli.Failures.UsageException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says in which partition of a log a key is: the same one as with Kafka's default partitioner. */
@Command(
    name = "partition",
    description = "Prints the partition of each key: KEY<TAB>PARTITION.",
    mixinStandardHelpOptions = true)
final class PartitionCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--partitions",
      required = true,
      paramLabel = "N",
      description = "How many partitions the log has, 1 or more.")
  private int partitions;

  @Parameters(arity = "1..*", paramLabel = "KEY", description = "Keys of records.")
  private List<String> keys = List.of();

  PartitionCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (partitions < 1) {
      throw new UsageException("--partitions must be 1 or more, is " + partitions);
    }
    Partitioner byKey = Partitioners.byKey();
    for (String key : keys) {
      out.println(key + "\t" + byKey.partition(Message.builder().key(key).build(), partitions));
    }
    return 0;
  }
}
