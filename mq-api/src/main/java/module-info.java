/** The user API and the contract of a backend. */
module dev.mq.api {
  requires static transitive org.jspecify;
  requires static com.google.errorprone.annotations;

  exports dev.mq.api;
  exports dev.mq.spi;

  uses dev.mq.api.BrokerFactory;
}
