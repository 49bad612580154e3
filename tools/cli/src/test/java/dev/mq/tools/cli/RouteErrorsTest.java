package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouteErrorsTest {
  private static final String GOOD =
      "{'exchanges':[{'name':'x','type':'topic','alternate':'y'},{'name':'y','type':'fanout'}],"
          + "'bindings':[{'exchange':'x','queue':'q','key':'a.#','arguments':{'n':1}}],"
          + "'messages':[{'exchange':'x','key':'a.b','headers':{'h':true}}]}";

  @TempDir Path folder;

  @Test
  void theDocumentThatTheOthersAreMadeFromIsFine() {
    Shell shell = route(GOOD);
    assertThat(shell.err()).isEmpty();
    assertThat(shell.code()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'exchanges':[        | 'exchange':[         | $: unknown field 'exchange', known are exchanges, bindings, messages",
        "'type':'topic'       | 'typ':'topic'        | $.exchanges[0]: unknown field 'typ', known are name, type, alternate",
        "'type':'fanout'      | 'type':'Fanout'      | $.exchanges[1].type: 'Fanout' is no type of exchange, known are direct",
        "'type':'fanout'      | 'type':null          | $.exchanges[1].type: must be a string",
        "'name':'y',          | ~~                   | $.exchanges[1]: 'name' is missing",
        "'name':'y'           | 'name':7             | $.exchanges[1].name: must be a string",
        "'alternate':'y'      | 'alternate':[]       | $.exchanges[0].alternate: must be a string",
        "{'name':'y','type':'fanout'} | 'y'          | $.exchanges[1]: must be an object",
        "'queue':'q',         | ~~                   | $.bindings[0]: needs either 'queue' or 'toExchange'",
        "'queue':'q',         | 'queue':'q','toExchange':'y', | $.bindings[0]: needs either 'queue' or 'toExchange'",
        "'key':'a.#',         | ~~                   | $.bindings[0]: 'key' is missing",
        "{'n':1}              | {'n':[1]}            | $.bindings[0].arguments.n: must be a string, a number, true, false or null",
        "{'n':1}              | {'n':9223372036854775808} | $.bindings[0].arguments.n: integer does not fit into 64 bits",
        "{'n':1}              | {'n':1e999}          | $.bindings[0].arguments.n: decimal does not fit into a double",
        "{'n':1}              | {'':1}               | $.bindings[0].arguments.: header name must have 1 to 255 bytes",
        "{'n':1}              | 1                    | $.bindings[0].arguments: must be an object",
        "'key':'a.b',         | ~~                   | $.messages[0]: 'key' is missing",
        "'key':'a.b'          | 'key':1              | $.messages[0].key: must be a string",
        "{'h':true}           | {'h':{}}             | $.messages[0].headers.h: must be a string, a number, true, false or null",
        "'headers'            | 'header'             | $.messages[0]: unknown field 'header', known are exchange, key, headers",
        "[{'exchange':'x','key':'a.b','headers':{'h':true}}] | {} | $.messages: must be an array",
        ",'messages':[{'exchange':'x','key':'a.b','headers':{'h':true}}] | ~~ | $: 'messages' is missing",
      })
  void aDocumentOfAnotherShapeIsRefusedNamingThePlace(String part, String other, String complaint) {
    assertThat(GOOD).contains(part);
    Shell shell = route(GOOD.replace(part, other));
    assertThat(shell.err()).startsWith("mq route: " + complaint).hasLineCount(1);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.code()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~                  | the document is empty",
        "{                   | not JSON at line 1",
        "no                  | not JSON at line 1, column 1",
        "[]                  | $: must be an object",
        "{} {}               | not JSON at line 1, column 4",
        "{'a':1,'a':2}       | not JSON at line 1",
        "{'a':NaN}           | not JSON at line 1",
      })
  void whatIsNoDocumentIsRefused(String text, String complaint) {
    Shell shell = route(text);
    assertThat(shell.err()).startsWith("mq route: " + complaint).hasLineCount(1);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.code()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'exchange':'x','queue' | {'exchange':'z','queue' | exchange 'z' does not exist",
        "'queue':'q'             | 'toExchange':'z'        | exchange 'z' does not exist",
        "'queue':'q'             | 'queue':''              | $.bindings[0]: queue must have 1 to 200 bytes of UTF-8, has 0",
        "'queue':'q'             | 'queue':'mq.q'          | $.bindings[0]: queue 'mq.q' must not start with 'mq.'",
        "'name':'y'              | 'name':''               | $.exchanges[1]: exchange must have 1 to 200 bytes of UTF-8, has 0",
        "'type':'fanout'}        | 'type':'fanout'},{'name':'y','type':'direct'} | exists as exchange 'y' (type=FANOUT)",
        "'key':'a.#'             | 'key':'#.a.#.b.#'       | a topic pattern has at most 2 '#' words",
        "{'exchange':'x','key'   | {'exchange':'z','key'   | exchange 'z' does not exist",
      })
  void aDocumentThatNoBrokerTakesFails(String part, String other, String complaint) {
    assertThat(GOOD).contains(part);
    for (String command : new String[] {"route", "route --backend inmemory"}) {
      Shell shell = Shell.runWith(GOOD.replace(part, other).replace('\'', '"'), command.split(" "));
      assertThat(shell.err())
          .as(command)
          .startsWith("mq route: ")
          .contains(complaint)
          .hasLineCount(1);
      assertThat(shell.out()).isEmpty();
      assertThat(shell.code()).isEqualTo(1);
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path file = folder.resolve("none.json");
    Shell shell = Shell.run("route", "--file", file.toString());
    assertThat(shell.err())
        .isEqualTo("mq route: file " + file + " does not exist" + System.lineSeparator());
    assertThat(shell.code()).isEqualTo(2);
  }

  @Test
  void aFolderIsNoFile() {
    Shell shell = Shell.run("route", "--file", folder.toString());
    assertThat(shell.err())
        .startsWith("mq route: file " + folder + " cannot be read")
        .hasLineCount(1);
    assertThat(shell.code()).isEqualTo(2);
  }

  @Test
  void anUnknownBackendIsNamed() {
    Shell shell = Shell.runWith(GOOD.replace('\'', '"'), "route", "--backend", "carrierpigeon");
    assertThat(shell.err()).startsWith("mq route: ").contains("'carrierpigeon'").hasLineCount(1);
    assertThat(shell.code()).isEqualTo(2);
  }

  private static Shell route(String document) {
    return Shell.runWith(document.replace('\'', '"'), "route");
  }
}
