package dev.mq.examples.pipeline;

/**
 * Everything outside of messaging that the services act upon.
 *
 * @param sales what analytics writes to
 * @param desk whom fraud reports to
 * @param mail what sends mails
 * @param printer what makes invoices
 */
record World(SalesTable sales, FraudDesk desk, MailServer mail, Printer printer) {
  static World fresh() {
    return new World(new SalesTable(), new FraudDesk(), new MailServer(), new Printer());
  }
}
