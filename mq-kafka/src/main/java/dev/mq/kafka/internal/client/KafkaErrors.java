package dev.mq.kafka.internal.client;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.ErrorClass;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.BootstrapResolutionException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What exceptions of the client library mean. */
public final class KafkaErrors {
  /**
   * What the cluster answers before it does anything. A subclass not named here means what the
   * nearest class above it does.
   */
  private static final Map<Class<?>, ErrorCode> DEFINITE =
      Map.ofEntries(
          Map.entry(AuthenticationException.class, ErrorCode.AUTHENTICATION),
          Map.entry(AuthorizationException.class, ErrorCode.AUTHORIZATION),
          Map.entry(RecordTooLargeException.class, ErrorCode.TOO_LARGE),
          Map.entry(RecordBatchTooLargeException.class, ErrorCode.TOO_LARGE),
          Map.entry(SerializationException.class, ErrorCode.ENCODE),
          Map.entry(UnknownTopicOrPartitionException.class, ErrorCode.NOT_FOUND),
          Map.entry(UnknownTopicIdException.class, ErrorCode.NOT_FOUND),
          Map.entry(GroupIdNotFoundException.class, ErrorCode.NOT_FOUND),
          Map.entry(GroupNotEmptyException.class, ErrorCode.OWNED_BY_OTHER),
          Map.entry(TopicExistsException.class, ErrorCode.CONFLICT),
          Map.entry(InvalidTopicException.class, ErrorCode.INVALID_ARGUMENT),
          Map.entry(InvalidPartitionsException.class, ErrorCode.INVALID_ARGUMENT),
          Map.entry(OffsetOutOfRangeException.class, ErrorCode.OUT_OF_RANGE),
          Map.entry(CommitFailedException.class, ErrorCode.FENCED),
          Map.entry(RebalanceInProgressException.class, ErrorCode.FENCED),
          Map.entry(IllegalGenerationException.class, ErrorCode.FENCED),
          Map.entry(UnknownMemberIdException.class, ErrorCode.FENCED),
          Map.entry(FencedInstanceIdException.class, ErrorCode.FENCED),
          Map.entry(FencedMemberEpochException.class, ErrorCode.FENCED),
          Map.entry(StaleMemberEpochException.class, ErrorCode.FENCED),
          Map.entry(UnsupportedVersionException.class, ErrorCode.UNSUPPORTED),
          Map.entry(UnsupportedForMessageFormatException.class, ErrorCode.UNSUPPORTED),
          Map.entry(ConfigException.class, ErrorCode.CONFIG),
          Map.entry(InvalidConfigurationException.class, ErrorCode.CONFIG),
          Map.entry(InvalidReplicationFactorException.class, ErrorCode.CONFIG),
          Map.entry(PolicyViolationException.class, ErrorCode.BACKEND_FAILURE));

  private KafkaErrors() {}

  /** Says what an exception means. Neither blocks nor throws. */
  public static ErrorClass classify(Throwable error) {
    Throwable e = error;
    while ((e instanceof CompletionException || e instanceof ExecutionException)
        && e.getCause() != null) {
      e = e.getCause();
    }
    if (e instanceof MqException mq) {
      return new ErrorClass(mq.code(), mq.isDefinite(), mq.isRetryable());
    }
    if (e.getClass() == KafkaException.class && e.getCause() instanceof RuntimeException cause) {
      // A client that could not be made wraps why.
      return classify(cause);
    }
    return classifyNative(e);
  }

  private static ErrorClass classifyNative(Throwable e) {
    if (e instanceof BootstrapResolutionException || isUnresolvable(e)) {
      return ErrorClass.unavailable();
    }
    for (Class<?> c = e.getClass(); c != null; c = c.getSuperclass()) {
      ErrorCode code = DEFINITE.get(c);
      if (code != null) {
        return ErrorClass.definite(code);
      }
    }
    if (e instanceof InterruptException || e instanceof InterruptedException) {
      return new ErrorClass(ErrorCode.INTERRUPTED, false, true);
    }
    // The client has tried again for as long as it may; any of its tries may have had an effect.
    return e instanceof RetriableException
        ? ErrorClass.unknown()
        : new ErrorClass(ErrorCode.BACKEND_FAILURE, false, false);
  }

  /** The client takes addresses that no name server knows for a wrong setting. */
  private static boolean isUnresolvable(Throwable e) {
    return e instanceof ConfigException && String.valueOf(e.getMessage()).contains("resolvable");
  }
}
