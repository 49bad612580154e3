package dev.mq.tools.cli;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Makes every failure one line on the error stream and an exit code. */
final class Failures {
  static final int FAILED = 1;
  static final int USAGE = 2;

  private static final Set<ErrorCode> USER_ERRORS =
      EnumSet.of(ErrorCode.CONFIG, ErrorCode.BACKEND_SELECTION);

  private Failures() {}

  /** The input of a command is not what it must be. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  /** A command did not come to its end. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  static int onUsage(ParameterException e, String[] args) {
    return say(e.getCommandLine(), String.valueOf(e.getMessage()), USAGE);
  }

  static int onExecution(Exception e, CommandLine command, ParseResult parsed) {
    if (e instanceof UsageException) {
      return say(command, String.valueOf(e.getMessage()), USAGE);
    }
    if (e instanceof FailedException) {
      return say(command, String.valueOf(e.getMessage()), FAILED);
    }
    if (e instanceof MqException mq) {
      return say(
          command,
          String.valueOf(mq.getMessage()),
          USER_ERRORS.contains(mq.code()) ? USAGE : FAILED);
    }
    return say(command, "unexpected failure: " + e, FAILED);
  }

  private static int say(CommandLine command, String message, int code) {
    String line = message.replaceAll("\\s*\\R\\s*", " ");
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + line);
    return code;
  }
}
