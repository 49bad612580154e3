package dev.mq.core.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.mq.api.ConfigException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads configuration from JSON: nested objects become dotted keys, arrays of plain values a list
 * with commas. A class of its own, so that Jackson is loaded only for a file that needs it. Errors
 * name the place in the file and quote nothing (S-04).
 */
final class JsonFile {
  private final JsonParser parser;
  private final String source;
  private final Map<String, String> keys = new TreeMap<>();

  private JsonFile(JsonParser parser, String source) {
    this.parser = parser;
    this.source = source;
  }

  static Map<String, String> parse(String text, String source) {
    JsonFactory factory =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = factory.createParser(text)) {
      JsonFile file = new JsonFile(parser, source);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw file.bad("", "is not a JSON object");
      }
      file.object("");
      if (parser.nextToken() != null) {
        throw file.bad("", "something follows the JSON object");
      }
      return file.keys;
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          source
              + ": is not JSON, see line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr());
    } catch (IOException e) {
      throw new ConfigException(source + ": cannot be read", e);
    }
  }

  private void object(String prefix) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = prefix + parser.currentName();
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        object(key + ".");
      } else {
        String value = parser.currentToken() == JsonToken.START_ARRAY ? list(key) : plain(key);
        if (keys.put(key, value) != null) {
          throw bad(key, "is there twice");
        }
      }
    }
  }

  private String list(String key) throws IOException {
    StringBuilder all = new StringBuilder();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String element = plain(key);
      if (element.indexOf(',') >= 0) {
        throw bad(key, "an element of the array holds a comma");
      }
      all.append(all.isEmpty() ? "" : ",").append(element);
    }
    return all.toString();
  }

  private String plain(String key) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
          parser.getText();
      default -> throw bad(key, "is neither text, number, true, false nor an array of these");
    };
  }

  private ConfigException bad(String key, String why) {
    String where = source + ", line " + parser.currentLocation().getLineNr();
    return new ConfigException(
        key.isEmpty() ? where + ": " + why : key + " (" + where + "): " + why);
  }
}
