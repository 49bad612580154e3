package dev.mq.tools.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code mq} command line. Exit codes: 0 fine, 1 failed, 2 the command cannot be run as it was
 * given.
 */
@Command(
    name = "mq",
    description = "Small programs over one messaging API.",
    subcommands = HelpCommand.class,
    mixinStandardHelpOptions = true,
    version = "0.1.0-SNAPSHOT")
public final class Mq implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private Mq() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    int code = run(System.in, out, err, args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Runs a command and returns its exit code. */
  static int run(InputStream in, PrintStream out, PrintStream err, String... args) {
    CommandLine line =
        new CommandLine(new Mq())
            .addSubcommand(new DemoCommand(out, err))
            .addSubcommand(new RouteCommand(in, out, err))
            .addSubcommand(new PartitionCommand(out))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
            .setParameterExceptionHandler(Failures::onUsage)
            .setExecutionExceptionHandler(Failures::onExecution);
    return line.execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? \"mq help\" lists them");
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor)), true, StandardCharsets.UTF_8);
  }
}
