package dev.mq.inmemory.dayone;

import dev.mq.api.Broker;
import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A library that is handed a broker; its user decides whether audit records go to an exchange or to a log. */
final class AuditPublisher {
  private final Producer producer;
  final Map<ErrorCode, Integer> failures = new ConcurrentHashMap<>();

  AuditPublisher(Broker broker, String target) {
    broker.capabilities().require(Capability.CONFIRMED_SETTLE);
    this.producer = broker.destination(target).producer().name("audit").open();
  }

  CompletionStage<Receipt> record(String actor, String action, byte[] json) {
    return producer
        .sendAsync(
            Message.builder()
                .body(json)
                .contentType("application/json")
                .key(actor)
                .routingKey("audit." + action)
                .header("actor", actor)
                .build())
        .whenComplete(
            (receipt, failure) -> {
              if (failure != null) {
                failures.merge(MqException.of(failure).code(), 1, Integer::sum);
              }
            });
  }
}
