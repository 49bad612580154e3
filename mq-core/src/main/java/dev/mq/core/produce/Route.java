package dev.mq.core.produce;

import dev.mq.api.Message;
import dev.mq.spi.PublishTarget;
import org.jspecify.annotations.Nullable;

/** How messages of one destination find their targets. Thread-safe. */
public interface Route {
  /**
   * Adds the targets of a message; none when nothing takes it.
   *
   * @throws RuntimeException when it can go nowhere, such as into an exchange that does not exist; definite
   */
  void route(Message message, RouteSink sink);

  /** Returns whether the view that {@link #route} looks at has every change confirmed anywhere before this call. */
  default boolean isCurrent() {
    return true;
  }

  /**
   * Calls back once the view has every change confirmed before this call, possibly inside it, from any thread. The callback gets
   * null, or why the view could not be refreshed.
   */
  default void whenCurrent(ViewCallback callback) {
    callback.reached(null);
  }

  /**
   * Returns whether an error means that the queue behind a target was deleted, so that it is bound to nothing any more. May
   * start to repair the view.
   */
  default boolean isGone(PublishTarget target, Throwable error) {
    return false;
  }

  /** Told when the view is fresh. */
  @FunctionalInterface
  interface ViewCallback {
    /** The view is fresh, unless there is a failure. */
    void reached(@Nullable Throwable failure);
  }
}
