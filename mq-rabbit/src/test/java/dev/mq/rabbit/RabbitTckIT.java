package dev.mq.rabbit;

import dev.mq.tck.BrokerProcess;
import dev.mq.tck.Harness;
import dev.mq.tck.MqTck;
import dev.mq.tools.brokers.LocalRabbit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The compatibility kit on a RabbitMQ process that it may kill. */
class RabbitTckIT extends MqTck {
  private static LocalRabbit rabbit;

  @BeforeAll
  static void start() {
    rabbit = LocalRabbit.builder().start();
  }

  @AfterAll
  static void stop() {
    rabbit.close();
  }

  @Override
  protected Harness harness() {
    return Harness.of("rabbit")
        .config("mq.rabbit.uris", rabbit.amqpUri().toString())
        .config("mq.rabbit.stream-uris", rabbit.streamUri().toString())
        .notRun("everyRecordIsWhereItsReceiptSays")
        .process(
            new BrokerProcess() {
              @Override
              public void kill() {
                rabbit.kill();
              }

              @Override
              public void start() {
                rabbit.start();
              }
            });
  }
}
