package dev.mq.core.runtime;

import dev.mq.api.QueueSpec;
import dev.mq.spi.BackendQueue;
import org.jspecify.annotations.Nullable;

/**
 * A queue that exists.
 *
 * @param handle the backend's handle
 * @param spec its properties, or null where the system does not show them
 */
public record QueueRef(BackendQueue handle, @Nullable QueueSpec spec) {}
