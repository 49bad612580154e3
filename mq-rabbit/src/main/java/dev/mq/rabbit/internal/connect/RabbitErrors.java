package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.ConfigException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.spi.ErrorClass;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What errors of the AMQP client mean. */
public final class RabbitErrors {
  private static final int NOT_ALLOWED = 530;

  private RabbitErrors() {}

  /**
   * Says what an error of an operation means. A broker that answers with an error code has not done
   * it; a channel that was closed before has sent nothing; everything else may have happened.
   */
  public static ErrorClass classify(Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof MqException mq) {
        return new ErrorClass(mq.code(), mq.isDefinite(), mq.isRetryable());
      }
      if (t instanceof AuthenticationFailureException) {
        return ErrorClass.definite(ErrorCode.AUTHENTICATION);
      }
      if (t instanceof PossibleAuthenticationFailureException) {
        // The connection ended during the login. Brokers of today say so when they refuse it.
        return ErrorClass.unavailable();
      }
      if (t instanceof AlreadyClosedException) {
        return ErrorClass.unavailable();
      }
      if (t instanceof ShutdownSignalException s) {
        return answered(s);
      }
      if (t instanceof IllegalArgumentException) {
        return ErrorClass.definite(isTooLarge(t) ? ErrorCode.TOO_LARGE : ErrorCode.ENCODE);
      }
    }
    return ErrorClass.unknown();
  }

  /**
   * Returns the error of an operation.
   *
   * @param what operation and name
   */
  public static MqException wrap(String what, Throwable error) {
    if (error instanceof MqException mq) {
      return mq;
    }
    ErrorClass c = classify(error);
    String said = what + ": " + text(error);
    return c.code() == ErrorCode.NOT_FOUND
        ? new NotFoundException(said, error)
        : new MqException(c.code(), c.definite(), c.retryable(), said, error);
  }

  /** The error of a channel belongs to the one operation on it; that of a connection may not. */
  private static ErrorClass answered(ShutdownSignalException s) {
    if (isHomeless(s)) {
      return ErrorClass.unavailable();
    }
    return switch (channelCode(s)) {
      case AMQP.NOT_FOUND -> ErrorClass.definite(ErrorCode.NOT_FOUND);
      case AMQP.PRECONDITION_FAILED -> ErrorClass.definite(ErrorCode.CONFLICT);
      case AMQP.RESOURCE_LOCKED -> ErrorClass.definite(ErrorCode.OWNED_BY_OTHER);
      case AMQP.ACCESS_REFUSED -> ErrorClass.definite(ErrorCode.AUTHORIZATION);
      case AMQP.CONTENT_TOO_LARGE -> ErrorClass.definite(ErrorCode.TOO_LARGE);
      default -> ErrorClass.unknown();
    };
  }

  /** A queue whose node is down is there, and comes back. */
  private static boolean isHomeless(ShutdownSignalException s) {
    return channelCode(s) == AMQP.NOT_FOUND && text(s).contains("is down or inaccessible");
  }

  private static boolean isTooLarge(Throwable t) {
    return String.valueOf(t.getMessage()).contains("exceeded max frame size");
  }

  /** Returns the code a broker closed a channel with, or 0. */
  public static int channelCode(@Nullable Throwable error) {
    ShutdownSignalException s = shutdown(error);
    return s != null && s.getReason() instanceof AMQP.Channel.Close c ? c.getReplyCode() : 0;
  }

  /** Returns what a broker said when it closed a channel or connection, else the error's text. */
  public static String text(Throwable error) {
    ShutdownSignalException s = shutdown(error);
    Method reason = s == null ? null : s.getReason();
    if (reason instanceof AMQP.Channel.Close c) {
      return c.getReplyText();
    }
    return reason instanceof AMQP.Connection.Close c ? c.getReplyText() : String.valueOf(error);
  }

  private static @Nullable ShutdownSignalException shutdown(@Nullable Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof ShutdownSignalException s) {
        return s;
      }
    }
    return null;
  }

  /** Returns the error of a connection that could not be made: definite, for nothing was done. */
  static MqException connecting(Endpoint endpoint, Throwable error) {
    String what = "connect to " + endpoint + ": ";
    if (error instanceof MqException mq) {
      return mq;
    }
    ErrorClass c = classify(error);
    ShutdownSignalException s = shutdown(error);
    if (s != null && s.getReason() instanceof AMQP.Connection.Close close) {
      String said = what + close.getReplyText();
      boolean noSuchHost =
          close.getReplyCode() == NOT_ALLOWED
              && close.getReplyText().toLowerCase(Locale.ROOT).contains("not found");
      if (noSuchHost) {
        return new ConfigException(said, error);
      }
      if (close.getReplyCode() == NOT_ALLOWED || close.getReplyCode() == AMQP.ACCESS_REFUSED) {
        return new MqException(ErrorCode.AUTHENTICATION, said, error);
      }
    }
    if (c.code() == ErrorCode.AUTHENTICATION) {
      return new MqException(
          ErrorCode.AUTHENTICATION, what + "the broker refused the credentials", error);
    }
    boolean cured = !(error instanceof SSLException);
    return new MqException(ErrorCode.UNAVAILABLE, true, cured, what + error, error);
  }

  /** Returns the error of an operation that was not sent because there is no connection. */
  public static MqException down(String what, @Nullable Throwable cause) {
    return new MqException(ErrorCode.UNAVAILABLE, true, true, what, cause);
  }

  /** Returns the error of something sent that will not be answered. */
  public static MqException unknown(String what, @Nullable Throwable cause) {
    return new MqException(ErrorCode.OUTCOME_UNKNOWN, false, true, what, cause);
  }
}
