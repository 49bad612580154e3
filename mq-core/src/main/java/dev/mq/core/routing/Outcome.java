package dev.mq.core.routing;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;

/**
 * What became of a command; the same for everybody who applies it. Only {@link Kind#APPLIED}
 * changed anything.
 *
 * @param kind the verdict
 * @param what the thing: for a conflict its kind and name, for what is missing the whole text, for
 *     what is invalid the reason
 * @param existing for a conflict the properties found, else empty
 * @param requested for a conflict the properties asked for, else empty
 */
public record Outcome(Kind kind, String what, String existing, String requested) {
  /** The verdicts. */
  public enum Kind {
    /** The state changed. */
    APPLIED,
    /** The state was as asked for already. */
    NOTHING_TO_DO,
    /** A thing of this name exists with other properties. */
    CONFLICT,
    /** A thing the command needs does not exist. */
    NOT_FOUND,
    /** The binding is not allowed for the type of its exchange. */
    INVALID
  }

  static final Outcome APPLIED = new Outcome(Kind.APPLIED, "", "", "");
  static final Outcome NOTHING_TO_DO = new Outcome(Kind.NOTHING_TO_DO, "", "", "");

  static Outcome conflict(String what, String existing, String requested) {
    return new Outcome(Kind.CONFLICT, what, existing, requested);
  }

  static Outcome notFound(String what) {
    return new Outcome(Kind.NOT_FOUND, what, "", "");
  }

  static Outcome invalid(String why) {
    return new Outcome(Kind.INVALID, why, "", "");
  }

  /** Returns whether the state is now as the command asked for. */
  public boolean isOk() {
    return kind == Kind.APPLIED || kind == Kind.NOTHING_TO_DO;
  }

  /** Throws the definite error its author gets, or does nothing when the state is as asked for. */
  public void orThrow() {
    switch (kind) {
      case APPLIED, NOTHING_TO_DO -> {}
      case CONFLICT -> throw new DeclarationConflictException(what, existing, requested);
      case NOT_FOUND -> throw new NotFoundException(what);
      case INVALID -> throw new MqException(ErrorCode.INVALID_ARGUMENT, what);
    }
  }
}
