package dev.mq.spi;

/** A backend's handle of a native exchange. */
public interface BackendExchange extends PublishTarget {}
