package dev.mq.core.broker;

import dev.mq.api.Capability;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.Queue;
import dev.mq.api.RequesterBuilder;
import dev.mq.core.dispatch.QueueConsumers;
import java.util.List;

/** A handle of a queue. */
record CoreQueue(CoreBroker broker, String name) implements Queue {
  @Override
  public String address() {
    return "queue:" + name;
  }

  @Override
  public ProducerBuilder producer() {
    broker.capabilities().require(Capability.QUEUES);
    return broker.producers(this, p -> broker.topology().queueRoute(name));
  }

  @Override
  public ConsumerBuilder<byte[]> consumer() {
    broker.capabilities().require(Capability.QUEUES);
    return QueueConsumers.builder(broker.kernel(), name);
  }

  @Override
  public long depth() {
    return broker
        .kernel()
        .call(
            "depth", address(), () -> broker.queues().depth(broker.kernel().queue(name).handle()));
  }

  @Override
  public List<Message> browse(int max) {
    atLeastOne(max, "browse");
    broker.capabilities().require(Capability.BROWSE);
    return broker
        .kernel()
        .call(
            "browse",
            address(),
            () ->
                broker
                    .queues()
                    .browse(broker.kernel().queue(name).handle(), max)
                    .orElse(List.of()));
  }

  @Override
  public long purge() {
    return broker
        .kernel()
        .call(
            "purge", address(), () -> broker.queues().purge(broker.kernel().queue(name).handle()));
  }

  @Override
  public long redrive(int max) {
    atLeastOne(max, "redrive");
    Redrive redrive =
        new Redrive(
            () -> consumer().prefetch(max).receiver(),
            this::depth,
            origin -> broker.queue(origin).producer().open());
    return redrive.run(max);
  }

  @Override
  public RequesterBuilder requester() {
    return broker.requesters(this);
  }

  @Override
  public void delete() {
    broker.run("delete", address(), () -> broker.topology().deleteQueue(name));
  }

  private void atLeastOne(int max, String operation) {
    if (max < 1) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          operation + " " + address() + ": max must be at least 1, is " + max);
    }
  }

  @Override
  public String toString() {
    return address();
  }
}
