/* JSON-RPC at the price of one pass: find the top-level id and method, answer with fixed text around that id. */
#include "server.h"

#include <string.h>

#define HEAD "{\"jsonrpc\":\"2.0\",\"id\":"
#define TOOLS                                                                                                         \
  ",\"result\":{\"tools\":[{\"name\":\"echo\",\"description\":\"Echo a message\",\"inputSchema\":{\"type\":\"object\"}}]}}"
#define INITIALIZE                                                                                                    \
  ",\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"                                  \
  "\"serverInfo\":{\"name\":\"null-server\",\"version\":\"1.0.0\"}}}"
#define EMPTY ",\"result\":{}}"

struct span {
  const uint8_t *from, *to;
};

static bool equals(struct span span, const char *text) {
  size_t length = strlen(text);
  return (size_t)(span.to - span.from) == length && memcmp(span.from, text, length) == 0;
}

static const uint8_t *skip_space(const uint8_t *at, const uint8_t *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/* `at` is an opening quote; the end is behind the closing one. */
static const uint8_t *string_end(const uint8_t *at, const uint8_t *end) {
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\') at++;
  return at < end ? at + 1 : end;
}

static struct span scalar(const uint8_t *from, const uint8_t *end) {
  const uint8_t *to = from;
  if (from < end && *from == '"') to = string_end(from, end);
  else
    while (to < end && *to != ',' && *to != '}' && *to > ' ') to++;
  return (struct span){from, to};
}

/* Values of `id` and `method` at the top level, empty where there is none. The text is taken to be valid JSON. */
static void scan(const uint8_t *at, const uint8_t *end, struct span *id, struct span *method) {
  int depth = 0;
  while (at < end) {
    if (*at != '"') {
      depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
      at++;
      continue;
    }
    struct span name = {at, string_end(at, end)};
    at = skip_space(name.to, end);
    if (depth != 1 || at == end || *at != ':') continue;
    at = skip_space(at + 1, end);
    struct span *wanted = equals(name, "\"id\"") ? id : equals(name, "\"method\"") ? method : NULL;
    if (wanted == NULL) continue;
    *wanted = scalar(at, end);
    at = wanted->to;
  }
}

bool answer(const uint8_t *json, size_t length, struct reply *out) {
  struct span id = {0}, method = {0};
  scan(json, json + length, &id, &method);
  if (id.from == id.to || method.from == method.to) return false;
  out->id = id.from;
  out->id_length = (size_t)(id.to - id.from);
  out->tail = equals(method, "\"tools/list\"") ? TOOLS : equals(method, "\"initialize\"") ? INITIALIZE : EMPTY;
  out->length = sizeof(HEAD) - 1 + out->id_length + strlen(out->tail);
  return true;
}

void append_reply(struct connection *connection, struct bytes *to, const struct reply *reply) {
  tally->replies++;
  if (!connection->answered) tally->connections++;
  connection->answered = true;
  APPEND_LITERAL(to, HEAD);
  append(to, reply->id, reply->id_length);
  append(to, reply->tail, strlen(reply->tail));
}
