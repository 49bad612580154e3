package dev.mq.rabbit.internal;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what the broker says about a declaration that differs into both values. */
final class Conflicts {
  private static final Pattern DIFFERENCE =
      Pattern.compile(
          "inequivalent arg '([^']+)' .*received (?:the value )?'?(.*?)'?(?: of type '[^']*')?"
              + " but current is (?:the value )?'?(.*?)'?(?: of type '[^']*')?$",
          Pattern.DOTALL);

  private Conflicts() {}

  /** Runs a declaration. */
  static void declare(String what, Supplier<?> declaration) {
    try {
      Object unused = declaration.get();
    } catch (MqException e) {
      throw e.code() == ErrorCode.CONFLICT ? conflict(what, RabbitErrors.text(e)) : e;
    }
  }

  /** The broker tells the first property that differs, and no other. */
  static DeclarationConflictException conflict(String what, String said) {
    Matcher m = DIFFERENCE.matcher(said);
    return m.find()
        ? new DeclarationConflictException(
            what, m.group(1) + "=" + m.group(3), m.group(1) + "=" + m.group(2))
        : new DeclarationConflictException(what, said, "other properties");
  }

  /** Returns the property that differs, or an empty text. */
  static String property(Throwable error) {
    Matcher m = DIFFERENCE.matcher(RabbitErrors.text(error));
    return m.find() ? m.group(1) : "";
  }
}
