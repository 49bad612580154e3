package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Capability;
import dev.mq.api.Codec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.RequestTimeoutException;
import dev.mq.api.Requester;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Requests and their replies. */
abstract class RequestVerification extends Verification {
  private static final int REQUESTS = 50;

  @Guarantee("Q-01")
  @Test
  void everyRequesterGetsTheReplyToItsOwnRequest() {
    kit().needs(Capability.TEMPORARY_QUEUE);
    String queue = kit().queue("requests");
    try (var responder =
            b().queue(queue)
                .consumer()
                .concurrency(4)
                .as(Codec.text())
                .respond(Codec.text(), (body, d) -> "re " + body);
        Requester one = a().queue(queue).requester().open();
        Requester two = a().queue(queue).requester().open()) {
      List<CompletionStage<Message>> replies = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        replies.add((i % 2 == 0 ? one : two).requestAsync(text("q" + i)));
      }
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(Eventually.done("reply " + i, replies.get(i)).text()).isEqualTo("re q" + i);
      }
      Eventually.done("settled", responder.flush());
    }
    assertThat(drain(queue, 0)).as("requests that were answered").isEmpty();
  }

  @Guarantee("Q-02")
  @Test
  void aRequestThatNobodyAnswersEndsAtItsTimeout() {
    kit().needs(Capability.TEMPORARY_QUEUE);
    String queue = kit().queue("requests");
    try (Requester r = a().queue(queue).requester().open()) {
      assertThatThrownBy(() -> r.request(text("anybody?"), Duration.ofMillis(200)))
          .isInstanceOf(RequestTimeoutException.class)
          .satisfies(e -> assertThat(((MqException) e).isDefinite()).isFalse());
      assertThat(r.pending()).isZero();
    }
  }
}
