/** The implementation of the user API; nothing in it is meant for users. */
module dev.mq.core {
  requires dev.mq.api;
  requires com.google.common;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
}
