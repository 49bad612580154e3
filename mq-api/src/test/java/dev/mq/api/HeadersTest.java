package dev.mq.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeadersTest {
  @Test
  void headersThatWereEmptyTakeAnyNumberOfNames() {
    Headers.Builder b = Headers.empty().toBuilder();
    for (int i = 0; i < 20; i++) {
      b.put("h" + i, i);
    }
    assertThat(b.build().size()).isEqualTo(20);
  }
}
