package dev.mq.kafka.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.KafkaTarget;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

final class KafkaPublisherTest {
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final KafkaPublisher publisher = new KafkaPublisher(producer);

  KafkaPublisherTest() {
    retries(0);
  }

  /** Sets how often the client sent a record again. */
  private void retries(int count) {
    MetricName name = new MetricName("record-retry-total", "producer-metrics", "", Map.of());
    producer.setMockMetrics(
        name,
        new Metric() {
          @Override
          public MetricName metricName() {
            return name;
          }

          @Override
          public Object metricValue() {
            return (double) count;
          }
        });
  }

  /** Publishes one message, which the client's own thread fails. */
  private MqException failedWith(RuntimeException error) throws Exception {
    One batch = new One();
    publisher.publish(batch);
    Thread io = new Thread(() -> producer.errorNext(error));
    io.start();
    io.join();
    return batch.error.get(10, TimeUnit.SECONDS);
  }

  private static void check(MqException error, ErrorCode code, boolean definite) {
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.isDefinite()).isEqualTo(definite);
  }

  @Test
  void whatTheBrokerRefusesAtTheFirstTryIsDefinite() throws Exception {
    check(failedWith(new TopicAuthorizationException("t")), ErrorCode.AUTHORIZATION, true);
    check(failedWith(new RecordTooLargeException("t")), ErrorCode.TOO_LARGE, true);
    retries(1);
    check(failedWith(new RecordTooLargeException("t")), ErrorCode.TOO_LARGE, true);
  }

  @Test
  void rightsThatMayHaveBeenThereAtAnEarlierTryLeaveTheOutcomeUnknown() throws Exception {
    retries(1);
    check(failedWith(new TopicAuthorizationException("t")), ErrorCode.OUTCOME_UNKNOWN, false);
  }

  @Test
  void theClientCountsWhatItSendsAgain() {
    try (KafkaProducer<byte[], byte[]> real =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", "127.0.0.1:1"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      assertThat(KafkaPublisher.hasSentAgain(real)).isFalse();
    }
  }

  @Test
  void whatEndsTheClientSaysNothingOfARecordUnderWay() throws Exception {
    check(failedWith(new ClusterAuthorizationException("t")), ErrorCode.OUTCOME_UNKNOWN, false);
    check(failedWith(new SaslAuthenticationException("t")), ErrorCode.OUTCOME_UNKNOWN, false);
    check(failedWith(new TimeoutException("t")), ErrorCode.OUTCOME_UNKNOWN, false);
  }

  @Test
  void whatAClosedPublisherGetsIsNotSent() throws Exception {
    publisher.close(Duration.ZERO);
    One batch = new One();
    publisher.publish(batch);
    check(batch.error.get(10, TimeUnit.SECONDS), ErrorCode.CLOSED, true);
  }

  private record Topic(String name) implements PublishTarget, KafkaTarget {
    @Override
    public String topic() {
      return name;
    }
  }

  /** One message, and why it failed. */
  private static final class One implements PublishBatch {
    final CompletableFuture<MqException> error = new CompletableFuture<>();

    @Override
    public int size() {
      return 1;
    }

    @Override
    public PublishTarget target(int index) {
      return new Topic("t");
    }

    @Override
    public Message message(int index) {
      return Message.of(new byte[1]);
    }

    @Override
    public int partition(int index) {
      return NO_PARTITION;
    }

    @Override
    public void confirmed(int index, int partition, long offset) {
      throw new AssertionError("confirmed");
    }

    @Override
    public void confirmedAll() {
      throw new AssertionError("confirmed");
    }

    @Override
    public void unroutable(int index) {
      throw new AssertionError("unroutable");
    }

    @Override
    public void failed(int index, Throwable failure) {
      error.complete((MqException) failure);
    }
  }
}
