/** The implementation of the user API; nothing in it is meant for users. */
module dev.mq.core {
  requires dev.mq.api;
  requires com.google.common;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires com.fasterxml.jackson.datatype.jsr310;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;

  uses dev.mq.spi.BackendProvider;
}
