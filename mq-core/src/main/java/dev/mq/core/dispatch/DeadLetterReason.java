package dev.mq.core.dispatch;

/** Why a message ends without success; the text is part of the wire form. */
enum DeadLetterReason {
  REJECTED("rejected"),
  MAX_ATTEMPTS("max-attempts"),
  EXPIRED("expired"),
  DELIVERY_LIMIT("delivery-limit"),
  UNDECODABLE("undecodable");

  private final String text;

  DeadLetterReason(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
