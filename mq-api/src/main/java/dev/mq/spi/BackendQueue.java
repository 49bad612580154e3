package dev.mq.spi;

/** A backend's handle of a queue; stays valid until the queue is deleted. */
public interface BackendQueue extends PublishTarget {}
