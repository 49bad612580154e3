package dev.mq.tck;

import dev.mq.api.Delivery;
import dev.mq.api.Message;
import java.util.Collection;
import java.util.List;

/** What a test remembers of a delivery. */
record Got(Message message, boolean redelivered, int failures, int attempt) {
  static Got of(Delivery d) {
    return new Got(d.message(), d.redelivered(), d.failures(), d.attempt());
  }

  String text() {
    return message.text();
  }

  String id() {
    return message.id();
  }

  static List<String> texts(Collection<Got> all) {
    return all.stream().map(Got::text).toList();
  }

  static List<String> ids(Collection<Got> all) {
    return all.stream().map(Got::id).toList();
  }

  @Override
  public String toString() {
    return (message.bodyBytes() > 40 ? message.toString() : "'" + text() + "'")
        + (redelivered ? " redelivered" : "")
        + (failures == 0 ? "" : " failures=" + failures);
  }
}
