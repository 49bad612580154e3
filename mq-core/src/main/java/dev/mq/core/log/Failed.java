package dev.mq.core.log;

/**
 * Why and where a worker stopped.
 *
 * @param error what was thrown
 * @param decode whether a body could not be decoded, so that the handler was not called
 * @param to the sequence number behind the records that failed
 */
record Failed(Throwable error, boolean decode, long to) {}
