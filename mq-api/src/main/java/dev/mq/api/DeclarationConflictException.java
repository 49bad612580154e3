package dev.mq.api;

import static java.util.Objects.requireNonNull;

/** A thing of this name exists with other properties. Definite: nothing was changed. */
public final class DeclarationConflictException extends MqException {
  private static final long serialVersionUID = 1L;

  private final String existing;
  private final String requested;

  /**
   * Creates the exception.
   *
   * @param what kind and name, such as {@code queue 'email'}
   * @param existing the properties found
   * @param requested the properties asked for
   */
  public DeclarationConflictException(String what, String existing, String requested) {
    super(
        ErrorCode.CONFLICT,
        "declare " + what + ": exists as " + existing + ", requested " + requested);
    this.existing = requireNonNull(existing, "existing");
    this.requested = requireNonNull(requested, "requested");
  }

  /** Returns the properties found. */
  public String existing() {
    return existing;
  }

  /** Returns the properties asked for. */
  public String requested() {
    return requested;
  }
}
