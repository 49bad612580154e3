/** The embedded backend. */
module dev.mq.inmemory {
  requires dev.mq.api;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;

// dev.mq.inmemory is exported with its first type; javac refuses to export a package without one.
}
