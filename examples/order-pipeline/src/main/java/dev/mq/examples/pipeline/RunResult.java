package dev.mq.examples.pipeline;

import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is to judge a run by.
 *
 * @param orders what came in, in order
 * @param entries every call of a handler
 * @param world what the services did
 * @param victim the worker that was killed, or null when none could be
 * @param dead the dead letters
 * @param replayed the log, read again from the beginning
 * @param waiting how many tasks were left in the queues
 */
record RunResult(
    List<Order> orders,
    List<Journal.Entry> entries,
    World world,
    Crash.@Nullable Victim victim,
    List<Message> dead,
    List<LogRecord<Order>> replayed,
    long waiting) {}
