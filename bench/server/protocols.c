/*
 * Three framings around one JSON-RPC message each: HTTP/1.1 (keep-alive, Content-Length), WebSocket (RFC 6455, whole
 * messages only) and mcpb (12-byte big-endian header; a request needs no version negotiation before it).
 */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Length of an HTTP head with its blank line, 0 when that has not come yet. */
static size_t head_length(const uint8_t *in, size_t length) {
  const uint8_t *blank = memmem(in, length, "\r\n\r\n", 4);
  return blank == NULL ? 0 : (size_t)(blank - in) + 4;
}

/* Value of a header (spaces in front removed, up to its CR), NULL when absent. `name` ends in a colon. */
static const char *header(const uint8_t *head, size_t length, const char *name) {
  const char *line = (const char *)head, *end = line + length;
  size_t name_length = strlen(name);
  while ((line = memchr(line, '\n', (size_t)(end - line))) != NULL) {
    line++;
    if ((size_t)(end - line) <= name_length || strncasecmp(line, name, name_length) != 0) continue;
    for (line += name_length; *line == ' ';) line++;
    return line;
  }
  return NULL;
}

static void append_http_reply(struct connection *connection, struct bytes *out, const struct reply *reply) {
  char head[96];
  int length = snprintf(head, sizeof head,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", reply->length);
  append(out, head, (size_t)length);
  append_reply(connection, out, reply);
}

ssize_t take_http_request(struct connection *connection, uint8_t *in, size_t length, struct bytes *out) {
  size_t head = head_length(in, length);
  if (head == 0) return 0;
  const char *announced = header(in, head, "content-length:");
  size_t content = announced == NULL ? 0 : strtoul(announced, NULL, 10);
  if (content > MAX_MESSAGE) return -1;
  if (length - head < content) return 0;
  struct reply reply;
  if (memcmp(in, "POST ", 5) != 0) {
    APPEND_LITERAL(out, "HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n");
  } else if (announced == NULL) {
    APPEND_LITERAL(out, "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return -1;
  } else if (answer(in + head, content, &reply)) {
    append_http_reply(connection, out, &reply);
  } else {
    APPEND_LITERAL(out, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  }
  return (ssize_t)(head + content);
}

enum { OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10, FINAL = 0x80, MASKED = 0x80 };

static void append_frame_head(struct bytes *out, int opcode, size_t length) {
  uint8_t head[10] = {(uint8_t)(FINAL | opcode), (uint8_t)length};
  size_t size = 2;
  if (length > 125) {
    size = length > 0xffff ? 10 : 4;
    head[1] = size == 10 ? 127 : 126;
    for (size_t i = size - 1, rest = length; i >= 2; i--, rest >>= 8) head[i] = (uint8_t)rest;
  }
  append(out, head, size);
}

static void unmask(uint8_t *payload, size_t length, const uint8_t mask[4]) {
  for (size_t i = 0; i < length; i++) payload[i] ^= mask[i & 3];
}

static ssize_t take_websocket_frame(struct connection *connection, uint8_t *in, size_t length, struct bytes *out) {
  if (length < 2) return 0;
  if ((in[0] & FINAL) == 0 || (in[1] & MASKED) == 0) return -1;
  size_t payload_length = in[1] & 127, head = payload_length == 126 ? 8 : payload_length == 127 ? 14 : 6;
  if (length < head) return 0;
  if (head > 6) {
    payload_length = 0;
    for (size_t i = 2; i < head - 4; i++) payload_length = payload_length << 8 | in[i];
  }
  if (payload_length > MAX_MESSAGE) return -1;
  if (length - head < payload_length) return 0;
  uint8_t *payload = in + head;
  unmask(payload, payload_length, in + head - 4);
  struct reply reply;
  switch (in[0] & 15) {
    case OP_TEXT:
    case OP_BINARY:
      if (!answer(payload, payload_length, &reply)) break;
      append_frame_head(out, OP_TEXT, reply.length);
      append_reply(connection, out, &reply);
      break;
    case OP_PING:
      append_frame_head(out, OP_PONG, payload_length);
      append(out, payload, payload_length);
      break;
    case OP_PONG:
      break;
    case OP_CLOSE:
      append_frame_head(out, OP_CLOSE, payload_length);
      append(out, payload, payload_length);
      return -1;
    default:
      return -1;
  }
  return (ssize_t)(head + payload_length);
}

static bool offers_mcp(const char *protocols) {
  const char *end = protocols == NULL ? NULL : strchr(protocols, '\r');
  return end != NULL && memmem(protocols, (size_t)(end - protocols), "mcp", 3) != NULL;
}

ssize_t take_websocket_upgrade(struct connection *connection, uint8_t *in, size_t length, struct bytes *out) {
  size_t head = head_length(in, length);
  if (head == 0) return 0;
  const char *key = header(in, head, "sec-websocket-key:");
  if (key == NULL || strcspn(key, "\r") != WEBSOCKET_KEY_LENGTH) {
    APPEND_LITERAL(out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return -1;
  }
  char accept[WEBSOCKET_ACCEPT_LENGTH];
  websocket_accept((const uint8_t *)key, accept);
  APPEND_LITERAL(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  if (offers_mcp(header(in, head, "sec-websocket-protocol:"))) APPEND_LITERAL(out, "Sec-WebSocket-Protocol: mcp\r\n");
  APPEND_LITERAL(out, "Sec-WebSocket-Accept: ");
  append(out, accept, sizeof accept);
  APPEND_LITERAL(out, "\r\n\r\n");
  connection->take = take_websocket_frame;
  return (ssize_t)head;
}

enum { REQUEST = 1, RESPONSE = 2, HEALTH_CHECK = 4, VERSION_NEGOTIATION = 6, VERSION_ACK = 7, VERSION = 1 };

struct mcpb_head {
  uint32_t magic;
  uint16_t version, type;
  uint32_t length;
};

static const uint32_t mcpb_magic = 0x4d435042; /* "MCPB" */

static void append_mcpb_head(struct bytes *out, uint16_t type, size_t length) {
  struct mcpb_head head = {htonl(mcpb_magic), htons(VERSION), htons(type), htonl((uint32_t)length)};
  append(out, &head, sizeof head);
}

ssize_t take_mcpb_frame(struct connection *connection, uint8_t *in, size_t length, struct bytes *out) {
  static const char agreed[] = "{\"agreed_version\":1}";
  struct mcpb_head head;
  if (length < sizeof head) return 0;
  memcpy(&head, in, sizeof head);
  size_t payload_length = ntohl(head.length);
  if (ntohl(head.magic) != mcpb_magic || ntohs(head.version) != VERSION || payload_length > MAX_MESSAGE) return -1;
  if (length - sizeof head < payload_length) return 0;
  struct reply reply;
  switch (ntohs(head.type)) {
    case REQUEST:
      if (!answer(in + sizeof head, payload_length, &reply)) break;
      append_mcpb_head(out, RESPONSE, reply.length);
      append_reply(connection, out, &reply);
      break;
    case HEALTH_CHECK:
      append_mcpb_head(out, HEALTH_CHECK, 0);
      break;
    case VERSION_NEGOTIATION:
      append_mcpb_head(out, VERSION_ACK, sizeof agreed - 1);
      append(out, agreed, sizeof agreed - 1);
      break;
  }
  return (ssize_t)(sizeof head + payload_length);
}
