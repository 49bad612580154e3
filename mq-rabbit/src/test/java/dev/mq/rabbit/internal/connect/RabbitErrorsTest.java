package dev.mq.rabbit.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.ErrorClass;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RabbitErrorsTest {
  private static final Endpoint HERE = new Endpoint("h", 1, false, "/", "user:secret");

  private static IOException channel(int code, String text) {
    Method close =
        new AMQP.Channel.Close.Builder()
            .replyCode(code)
            .replyText(text)
            .classId(0)
            .methodId(0)
            .build();
    return new IOException(new ShutdownSignalException(false, false, close, null));
  }

  private static IOException connection(int code, String text) {
    Method close =
        new AMQP.Connection.Close.Builder()
            .replyCode(code)
            .replyText(text)
            .classId(0)
            .methodId(0)
            .build();
    return new IOException(new ShutdownSignalException(true, false, close, null));
  }

  @ParameterizedTest
  @CsvSource({
    "404, NOT_FOUND",
    "406, CONFLICT",
    "405, OWNED_BY_OTHER",
    "403, AUTHORIZATION",
    "311, TOO_LARGE"
  })
  void callsWhatTheBrokerRefusedDefinite(int code, ErrorCode expected) {
    assertThat(RabbitErrors.classify(channel(code, "no"))).isEqualTo(ErrorClass.definite(expected));
  }

  @Test
  void callsAClosedConnectionUnknownWithWorkUnderWay() {
    assertThat(RabbitErrors.classify(connection(320, "CONNECTION_FORCED")).definite()).isFalse();
    assertThat(RabbitErrors.classify(connection(541, "INTERNAL_ERROR")).definite()).isFalse();
    assertThat(RabbitErrors.classify(new IOException(new SocketException("reset"))).definite())
        .isFalse();
    assertThat(RabbitErrors.classify(new TimeoutException()).definite()).isFalse();
    assertThat(RabbitErrors.classify(new IllegalStateException("?")).definite()).isFalse();
  }

  @Test
  void callsAChannelClosedBeforeUnavailable() {
    AlreadyClosedException closed =
        new AlreadyClosedException(new ShutdownSignalException(true, false, null, null));
    assertThat(RabbitErrors.classify(closed)).isEqualTo(ErrorClass.unavailable());
  }

  @Test
  void callsAQueueWhoseNodeIsDownUnavailable() {
    IOException e =
        channel(
            404,
            "NOT_FOUND - home node 'a@b' of durable queue 'q' in vhost '/' is down or inaccessible");
    assertThat(RabbitErrors.classify(e)).isEqualTo(ErrorClass.unavailable());
  }

  @Test
  void tellsHeadersThatAreTooLargeFromValuesThatCannotBeWritten() {
    assertThat(
            RabbitErrors.classify(
                    new IllegalArgumentException("Content headers exceeded max frame size: 1 > 0"))
                .code())
        .isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(RabbitErrors.classify(new IllegalArgumentException("x")).code())
        .isEqualTo(ErrorCode.ENCODE);
  }

  @Test
  void keepsTheWordOfAnErrorOfOurs() {
    assertThat(RabbitErrors.classify(new MqException(ErrorCode.CLOSED, "closed")))
        .isEqualTo(ErrorClass.definite(ErrorCode.CLOSED));
  }

  @Test
  void callsEveryFailureToConnectDefinite() {
    assertThat(RabbitErrors.connecting(HERE, new AuthenticationFailureException("no")).code())
        .isEqualTo(ErrorCode.AUTHENTICATION);
    assertThat(
            RabbitErrors.connecting(HERE, connection(530, "NOT_ALLOWED - vhost v not found"))
                .code())
        .isEqualTo(ErrorCode.CONFIG);
    assertThat(
            RabbitErrors.connecting(HERE, connection(530, "NOT_ALLOWED - access refused")).code())
        .isEqualTo(ErrorCode.AUTHENTICATION);
    assertThat(
            RabbitErrors.connecting(HERE, new PossibleAuthenticationFailureException("?")).code())
        .as("a broker that ended during the login")
        .isEqualTo(ErrorCode.UNAVAILABLE);
    MqException refused = RabbitErrors.connecting(HERE, new ConnectException("refused"));
    assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refused.isDefinite()).isTrue();
    assertThat(refused.isRetryable()).isTrue();
    assertThat(refused.getMessage()).doesNotContain("secret");
  }
}
