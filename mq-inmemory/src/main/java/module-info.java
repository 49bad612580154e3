/** The embedded backend. */
module dev.mq.inmemory {
  requires transitive dev.mq.api;
  requires org.slf4j;
  requires static transitive org.jspecify;
  requires static transitive org.junit.jupiter.api;
  requires static com.google.errorprone.annotations;

  exports dev.mq.inmemory;

  provides dev.mq.spi.BackendProvider with
      dev.mq.inmemory.InMemoryProvider;
}
