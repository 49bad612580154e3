package dev.mq.spi;

/** A backend's handle of a log; stays valid until the log is deleted. */
public interface BackendLog extends PublishTarget {
  /** Returns the number of partitions as last seen; cheap, called for every append. */
  int partitions();
}
