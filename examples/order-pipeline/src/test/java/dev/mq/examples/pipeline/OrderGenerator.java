package dev.mq.examples.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/** Writes the orders that ship with the example; the same seed gives the same file. */
final class OrderGenerator {
  static final long SEED = 20_260_302;
  static final int ORDERS = 1000;

  private static final List<Integer> SUSPICIOUS = List.of(87, 214, 341, 502, 633, 790, 941);
  private static final int CANNOT_BE_BILLED = 666;

  private static final String[] FIRST = {
    "Anna", "Ben", "Chiara", "David", "Elif", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Katja",
    "Luca", "Marie", "Nils", "Olga", "Pablo", "Romy", "Sven", "Tessa", "Ugo", "Vera", "Wim", "Yara",
    "Zoe"
  };
  private static final String[] LAST = {
    "Andersson",
    "Bakker",
    "Costa",
    "Dubois",
    "Egger",
    "Fischer",
    "Garcia",
    "Huber",
    "Ivanova",
    "Jansen",
    "Kowalska",
    "Lindt",
    "Moreau",
    "Novak",
    "Ortega",
    "Peeters",
    "Rossi",
    "Schmidt",
    "Visser",
    "Weber"
  };
  private static final String[] COUNTRIES = {
    "DE", "DE", "DE", "DE", "DE", "DE", "FR", "FR", "FR", "NL", "NL", "AT", "AT", "CH", "PL", "PL",
    "IT", "IT", "ES", "SE"
  };
  private static final String[] SKUS = {
    "BOOK-0213", "BOOK-0457", "BOOK-1102", "CABLE-USBC-1M", "CABLE-USBC-2M", "CHARGER-65W",
        "DESK-LAMP", "HEADSET-BT",
    "KEYBOARD-DE", "KEYBOARD-US", "MONITOR-27", "MOUSE-WL", "MUG-BLUE", "NOTEBOOK-A5", "PEN-SET",
        "STAND-LAPTOP"
  };
  private static final int[] CENTS = {
    1499, 2290, 3450, 899, 1199, 3999, 4590, 7900, 5490, 5490, 24900, 2990, 990, 650, 1275, 3490
  };

  private final Random random = new Random(SEED);
  private Instant created = Instant.parse("2026-03-02T06:00:00Z");

  private OrderGenerator() {}

  public static void main(String[] args) throws IOException {
    Files.writeString(Path.of(args[0]), generate());
  }

  static String generate() {
    OrderGenerator generator = new OrderGenerator();
    StringBuilder file = new StringBuilder();
    for (int n = 1; n <= ORDERS; n++) {
      file.append(generator.order(n)).append('\n');
    }
    return file.toString();
  }

  private String order(int n) {
    created = created.plusSeconds(4 + random.nextInt(110));
    boolean suspicious = SUSPICIOUS.contains(n);
    boolean cannotBeBilled = n == CANNOT_BE_BILLED;
    List<Order.Item> items = suspicious ? manyGiftCards() : basket();
    String customer = FIRST[random.nextInt(FIRST.length)] + " " + LAST[random.nextInt(LAST.length)];
    String country = COUNTRIES[random.nextInt(COUNTRIES.length)];
    int dice = random.nextInt(100);
    String status = cannotBeBilled || dice < 82 ? "paid" : dice < 94 ? "pending" : "cancelled";
    return String.format(
        Locale.ROOT,
        "{\"id\":\"o-%04d\",\"customer\":\"%s\",\"items\":[%s],\"totalCents\":%d,\"country\":\"%s\",\"status\":\"%s\","
            + "\"created\":\"%s\"}",
        n,
        customer,
        items.stream().map(OrderGenerator::item).collect(Collectors.joining(",")),
        items.stream().mapToLong(item -> item.qty() * item.cents()).sum(),
        cannotBeBilled ? "AQ" : country,
        status,
        created);
  }

  private List<Order.Item> basket() {
    List<Order.Item> items = new ArrayList<>();
    int lines = 1 + random.nextInt(4);
    int sku = random.nextInt(SKUS.length);
    for (int i = 0; i < lines; i++) {
      items.add(new Order.Item(SKUS[sku], 1 + random.nextInt(3), CENTS[sku]));
      sku = (sku + 1 + random.nextInt(4)) % SKUS.length;
    }
    return items;
  }

  private List<Order.Item> manyGiftCards() {
    return List.of(new Order.Item("GIFTCARD-100", 50 + random.nextInt(40), 10_000));
  }

  private static String item(Order.Item item) {
    return String.format(
        Locale.ROOT,
        "{\"sku\":\"%s\",\"qty\":%d,\"cents\":%d}",
        item.sku(),
        item.qty(),
        item.cents());
  }
}
