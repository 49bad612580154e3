package dev.mq.tools.cli;

import java.util.List;

/**
 * One line of what {@code mq route} answers.
 *
 * @param exchange where the message is published
 * @param key its routing key
 * @param queues the queues it reaches, sorted
 * @param why what leads there
 */
record RouteAnswer(String exchange, String key, List<String> queues, List<String> why) {}
