package dev.mq.kafka.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.ErrorClass;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;

final class KafkaErrorsTest {
  private static void check(Throwable error, ErrorCode code, boolean definite, boolean retryable) {
    assertThat(KafkaErrors.classify(error))
        .as("%s", error)
        .isEqualTo(new ErrorClass(code, definite, retryable));
  }

  @Test
  void whatTheClusterRefusesIsDefinite() {
    check(new SaslAuthenticationException("x"), ErrorCode.AUTHENTICATION, true, false);
    check(new SslAuthenticationException("x"), ErrorCode.AUTHENTICATION, true, false);
    check(new TopicAuthorizationException("x"), ErrorCode.AUTHORIZATION, true, false);
    check(new RecordTooLargeException("x"), ErrorCode.TOO_LARGE, true, false);
    check(new UnknownTopicOrPartitionException("x"), ErrorCode.NOT_FOUND, true, false);
    check(new InvalidTopicException("x"), ErrorCode.INVALID_ARGUMENT, true, false);
    check(new InvalidReplicationFactorException("x"), ErrorCode.CONFIG, true, false);
    check(new PolicyViolationException("x"), ErrorCode.BACKEND_FAILURE, true, false);
    check(new UnsupportedVersionException("x"), ErrorCode.UNSUPPORTED, true, false);
    check(new GroupNotEmptyException("x"), ErrorCode.OWNED_BY_OTHER, true, false);
    check(new CommitFailedException("x"), ErrorCode.FENCED, true, false);
  }

  @Test
  void whatMayHaveHappenedIsUnknown() {
    check(new TimeoutException("x"), ErrorCode.OUTCOME_UNKNOWN, false, true);
    check(new DisconnectException("x"), ErrorCode.OUTCOME_UNKNOWN, false, true);
    check(new NotLeaderOrFollowerException("x"), ErrorCode.OUTCOME_UNKNOWN, false, true);
    check(new NotEnoughReplicasException("x"), ErrorCode.OUTCOME_UNKNOWN, false, true);
    check(new NotEnoughReplicasAfterAppendException("x"), ErrorCode.OUTCOME_UNKNOWN, false, true);
    check(new InterruptException("x"), ErrorCode.INTERRUPTED, false, true);
    check(new IllegalStateException("x"), ErrorCode.BACKEND_FAILURE, false, false);
    Thread.interrupted();
  }

  @Test
  void whatIsWrappedMeansWhatIsInside() {
    check(
        new ExecutionException(new RecordTooLargeException("x")), ErrorCode.TOO_LARGE, true, false);
    check(new KafkaException("x", new ConfigException("y")), ErrorCode.CONFIG, true, false);
    check(
        new KafkaException("x", new ConfigException("No resolvable bootstrap urls given")),
        ErrorCode.UNAVAILABLE,
        true,
        true);
    check(new MqException(ErrorCode.CLOSED, "x"), ErrorCode.CLOSED, true, false);
  }
}
