package dev.mq.core.broker;

import dev.mq.api.GroupBuilder;
import dev.mq.api.Log;
import dev.mq.api.Positions;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.ReaderBuilder;
import dev.mq.core.log.LogConsumers;
import dev.mq.core.log.LogOperations;
import dev.mq.core.log.LogReaders;
import dev.mq.core.log.Partitioners;
import dev.mq.core.topology.LogRoute;
import dev.mq.spi.LogDriver;
import java.time.Instant;

/** A handle of a log. */
record CoreLog(CoreBroker broker, String name) implements Log {
  private LogOperations operations() {
    broker.logs();
    return new LogOperations(broker.kernel(), name);
  }

  @Override
  public String address() {
    return "log:" + name;
  }

  @Override
  public ProducerBuilder producer() {
    LogDriver logs = broker.logs();
    return broker.producers(
        this, p -> new LogRoute(logs.open(name), p == null ? Partitioners.byKey() : p));
  }

  @Override
  public int partitions() {
    return operations().partitions();
  }

  @Override
  public GroupBuilder<byte[]> group(String group) {
    broker.logs();
    return LogConsumers.group(broker.kernel(), name, CoreBroker.checkName("group", group));
  }

  @Override
  public ReaderBuilder<byte[]> reader() {
    broker.logs();
    return LogReaders.builder(broker.kernel(), name);
  }

  @Override
  public Positions begin() {
    return operations().begin();
  }

  @Override
  public Positions end() {
    return operations().end();
  }

  @Override
  public Positions at(Instant time) {
    return operations().at(time);
  }

  @Override
  public Positions committed(String group) {
    return operations().committed(CoreBroker.checkName("group", group));
  }

  @Override
  public Positions lag(String group) {
    return operations().lag(CoreBroker.checkName("group", group));
  }

  @Override
  public void reset(String group, Positions positions) {
    operations().reset(CoreBroker.checkName("group", group), positions);
  }

  @Override
  public void addPartitions(int total) {
    operations().addPartitions(total);
  }

  @Override
  public void delete() {
    operations().delete();
  }

  @Override
  public String toString() {
    return address();
  }
}
