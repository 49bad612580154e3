package dev.mq.rabbit.internal.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TokensTest {
  @Test
  void keepsLifeAndTagApart() {
    long token = Tokens.token(3, 1L << 39);
    assertThat(Tokens.life(token)).isEqualTo(3);
    assertThat(Tokens.tag(token)).isEqualTo(1L << 39);
    assertThat(Tokens.token(1, 7)).isNotEqualTo(Tokens.token(2, 7));
  }

  @Test
  void callsAnAttemptTheFirstOnlyWhenNothingSpeaksAgainstIt() {
    assertThat(Arrivals.attempt(false, null)).isEqualTo(1);
    assertThat(Arrivals.attempt(false, Map.of())).isEqualTo(1);
    assertThat(Arrivals.attempt(true, null)).isEqualTo(2);
    assertThat(Arrivals.attempt(true, Map.of("x-delivery-count", 4L))).isEqualTo(5);
    assertThat(Arrivals.attempt(true, Map.of("x-delivery-count", 0, "x-acquired-count", 6L)))
        .isEqualTo(7);
    assertThat(Arrivals.attempt(true, Map.of("x-delivery-count", "forged"))).isEqualTo(2);
  }
}
