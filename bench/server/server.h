/* What the parts of the null server share: growing buffers, connections, and the contract of a protocol. */
#ifndef NULL_SERVER_H
#define NULL_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A longer message ends its connection. */
#define MAX_MESSAGE (1u << 20)

struct bytes {
  uint8_t *data;
  size_t length, capacity;
};

void append(struct bytes *to, const void *from, size_t length);
#define APPEND_LITERAL(to, literal) append(to, literal, sizeof(literal) - 1)

struct connection;

/*
 * Takes one message from the front of `in` (which it may overwrite) and appends the reply, if there is one, to `out`.
 * Returns the bytes taken, 0 when the message is not complete, -1 to send what `out` holds and close.
 */
typedef ssize_t take_message(struct connection *connection, uint8_t *in, size_t length, struct bytes *out);

take_message take_http_request, take_websocket_upgrade, take_mcpb_frame;

struct connection {
  int fd;
  bool listening; /* then `take` is what its accepted connections start with */
  bool closing;   /* once `unsent` is gone */
  bool answered;  /* has had a reply, and counts as open */
  take_message *take;
  struct bytes unread, unsent;
};

/* Of all protocols, since the start. */
struct tally {
  volatile uint64_t replies;
  volatile uint64_t connections; /* open, and with a reply to their first request */
};

extern struct tally *tally;

/* Descriptor of the memory `tally` is in, -1 when there is none. */
int share_tally(void);

/* A JSON-RPC reply before it is put in a frame: a fixed head, the request's id as it came, a tail by method. */
struct reply {
  const uint8_t *id;
  size_t id_length;
  const char *tail;
  size_t length; /* of the whole reply */
};

/* False when the message wants no reply: a notification, or itself a reply. `out` points into `json`. */
bool answer(const uint8_t *json, size_t length, struct reply *out);
/* Counts it, too. */
void append_reply(struct connection *connection, struct bytes *to, const struct reply *reply);

#define WEBSOCKET_KEY_LENGTH 24
#define WEBSOCKET_ACCEPT_LENGTH 28

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, 4.2.2). */
void websocket_accept(const uint8_t key[WEBSOCKET_KEY_LENGTH], char accept[WEBSOCKET_ACCEPT_LENGTH]);

#endif
