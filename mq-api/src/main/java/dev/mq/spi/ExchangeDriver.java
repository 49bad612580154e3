package dev.mq.spi;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;

/** Native exchanges of a system. Thread-safe. Methods block until the system has confirmed. */
public interface ExchangeDriver {
  /**
   * Makes an exchange; throws {@link dev.mq.api.DeclarationConflictException} when one of this name
   * has other properties.
   */
  BackendExchange create(ExchangeSpec spec);

  /**
   * Returns the handle of an exchange that exists, or throws {@link dev.mq.api.NotFoundException}.
   */
  BackendExchange open(String name);

  /** Deletes an exchange; one that is not there changes nothing. */
  void delete(String name);

  /** Makes a binding; an equal one changes nothing. */
  void bind(Binding binding);

  /** Removes a binding; one that is not there changes nothing. */
  void unbind(Binding binding);
}
