package dev.mq.kafka;

import dev.mq.tck.BrokerProcess;
import dev.mq.tck.Harness;
import dev.mq.tck.MqTck;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The compatibility kit on a Kafka process that it may kill. */
class KafkaTckIT extends MqTck {
  /** Renewed at its half at the latest: a machine may stand still for the other. */
  private static final Duration LEASE = Duration.ofSeconds(4);

  private static LocalKafka kafka;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.builder().start();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Override
  protected Harness harness() {
    return Harness.of("kafka")
        .config("mq.kafka.bootstrap-servers", kafka.bootstrapServers())
        .config("mq.kafka.lease", LEASE.toMillis() + "ms")
        // A share consumer that closes waits for its fetch to come back.
        .config("mq.kafka.native.consumer.fetch.max.wait.ms", "100")
        .lease(LEASE)
        .notRun(
            "everyRequesterGetsTheReplyToItsOwnRequest",
            "aRequestThatNobodyAnswersEndsAtItsTimeout")
        .process(
            new BrokerProcess() {
              @Override
              public void kill() {
                kafka.kill();
              }

              @Override
              public void start() {
                kafka.start();
              }
            });
  }
}
