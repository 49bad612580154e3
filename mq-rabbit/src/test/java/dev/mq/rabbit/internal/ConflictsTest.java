package dev.mq.rabbit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.DeclarationConflictException;
import org.junit.jupiter.api.Test;

final class ConflictsTest {
  @Test
  void findsBothValues() {
    DeclarationConflictException e =
        Conflicts.conflict(
            "queue 'q'",
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/':"
                + " received the value '5' of type 'signedint' but current is the value '3' of type"
                + " 'long'");
    assertThat(e.existing()).isEqualTo("x-max-length=3");
    assertThat(e.requested()).isEqualTo("x-max-length=5");
  }

  @Test
  void findsPropertiesThatOneSideDoesNotHave() {
    DeclarationConflictException e =
        Conflicts.conflict(
            "queue 'q'",
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/':"
                + " received none but current is the value '3' of type 'long'");
    assertThat(e.existing()).isEqualTo("x-max-length=3");
    assertThat(e.requested()).isEqualTo("x-max-length=none");
  }

  @Test
  void findsTypesAndFlags() {
    DeclarationConflictException e =
        Conflicts.conflict(
            "exchange 'x'",
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received"
                + " 'fanout' but current is 'direct'");
    assertThat(e.existing()).isEqualTo("type=direct");
    assertThat(e.requested()).isEqualTo("type=fanout");
  }

  @Test
  void keepsWhatItCannotRead() {
    assertThat(Conflicts.conflict("queue 'q'", "something else").existing())
        .isEqualTo("something else");
  }
}
