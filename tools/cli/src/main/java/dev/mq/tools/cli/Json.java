package dev.mq.tools.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import dev.mq.tools.cli.Failures.UsageException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A value in a JSON document that knows where it stands, so that every complaint names the place.
 * Integers are long, decimals double.
 *
 * @param path such as {@code $.bindings[2].key}
 * @param node the value
 */
record Json(String path, JsonNode node) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Returns the root of a document. */
  static Json parse(String document) {
    try {
      JsonNode root = MAPPER.readTree(document);
      if (root.isMissingNode()) {
        throw new UsageException("the document is empty");
      }
      return new Json("$", root);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new UsageException(
          "not JSON"
              + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr())
              + ": "
              + e.getOriginalMessage());
    }
  }

  /** Returns the text of a value on one line of JSON. */
  static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Checks that this is an object with no fields but these. */
  Json object(String... fields) {
    if (!node.isObject()) {
      throw bad("must be an object");
    }
    Set<String> unknown = new TreeSet<>();
    node.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(List.of(fields));
    if (!unknown.isEmpty()) {
      throw bad(
          "unknown field '"
              + unknown.iterator().next()
              + "', known are "
              + String.join(", ", fields));
    }
    return this;
  }

  /** Returns a field that must be there. */
  Json field(String name) {
    Json value = optional(name);
    if (value == null) {
      throw bad("'" + name + "' is missing");
    }
    return value;
  }

  /** Returns a field, or null when it is not there. */
  @Nullable Json optional(String name) {
    JsonNode value = node.get(name);
    return value == null ? null : new Json(path + "." + name, value);
  }

  /** Returns the elements of an array. */
  List<Json> elements() {
    if (!node.isArray()) {
      throw bad("must be an array");
    }
    List<Json> all = new ArrayList<>();
    for (JsonNode element : node) {
      all.add(new Json(path + "[" + all.size() + "]", element));
    }
    return all;
  }

  /** Returns a text. */
  String text() {
    if (!node.isTextual()) {
      throw bad("must be a string");
    }
    return node.textValue();
  }

  /** Returns an object of texts, integers, decimals, booleans and nulls as headers. */
  Headers headers() {
    if (!node.isObject()) {
      throw bad("must be an object");
    }
    Headers.Builder headers = Headers.builder();
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      Json value = new Json(path + "." + name, node.get(name));
      try {
        value.putInto(headers, name);
      } catch (MqException e) {
        throw value.bad(String.valueOf(e.getMessage()));
      }
    }
    return headers.build();
  }

  private void putInto(Headers.Builder headers, String name) {
    if (node.isTextual()) {
      headers.put(name, node.textValue());
    } else if (node.isBoolean()) {
      headers.put(name, node.booleanValue());
    } else if (node.isNull()) {
      headers.putNull(name);
    } else if (node.isIntegralNumber()) {
      if (!node.canConvertToLong()) {
        throw bad("integer does not fit into 64 bits");
      }
      headers.put(name, node.longValue());
    } else if (node.isNumber()) {
      if (!Double.isFinite(node.doubleValue())) {
        throw bad("decimal does not fit into a double");
      }
      headers.put(name, node.doubleValue());
    } else {
      throw bad("must be a string, a number, true, false or null");
    }
  }

  /** Returns the complaint that this value is wrong. */
  UsageException bad(String what) {
    return new UsageException(path + ": " + what);
  }
}
