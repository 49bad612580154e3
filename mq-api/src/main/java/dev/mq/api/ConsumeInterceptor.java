package dev.mq.api;

/** Wraps handler calls of a queue consumer, for tracing, metrics and the like. */
@FunctionalInterface
public interface ConsumeInterceptor {
  /** Handles a delivery by calling {@code next}; exceptions of the handler should pass. */
  void onHandle(Delivery delivery, DeliveryHandler next) throws Exception;
}
