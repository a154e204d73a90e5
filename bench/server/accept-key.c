/* Sec-WebSocket-Accept: base64 of the SHA-1 (FIPS 180-4) of the key and the protocol's GUID. */
#include "server.h"

#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define TEXT_LENGTH (WEBSOCKET_KEY_LENGTH + sizeof(GUID) - 1)
#define BLOCK 64
#define DIGEST 20

static uint32_t rotate(uint32_t word, int by) { return word << by | word >> (32 - by); }

static void sha1_block(uint32_t state[5], const uint8_t block[BLOCK]) {
  uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  for (int i = 0; i < 80; i++) {
    uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                 : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                 : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                          : (b ^ c ^ d) + 0xca62c1d6;
    uint32_t next = rotate(a, 5) + f + e + w[i];
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  uint32_t add[5] = {a, b, c, d, e};
  for (int i = 0; i < 5; i++) state[i] += add[i];
}

/* The text with its padding fills two blocks exactly. */
static void sha1(const uint8_t text[TEXT_LENGTH], uint8_t digest[DIGEST]) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  uint8_t padded[2 * BLOCK] = {0};
  memcpy(padded, text, TEXT_LENGTH);
  padded[TEXT_LENGTH] = 0x80;
  padded[sizeof padded - 2] = (8 * TEXT_LENGTH) >> 8;
  padded[sizeof padded - 1] = (8 * TEXT_LENGTH) & 255;
  sha1_block(state, padded);
  sha1_block(state, padded + BLOCK);
  for (int i = 0; i < DIGEST; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

void websocket_accept(const uint8_t key[WEBSOCKET_KEY_LENGTH], char accept[WEBSOCKET_ACCEPT_LENGTH]) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t text[TEXT_LENGTH], digest[DIGEST + 1] = {0};
  memcpy(text, key, WEBSOCKET_KEY_LENGTH);
  memcpy(text + WEBSOCKET_KEY_LENGTH, GUID, sizeof(GUID) - 1);
  sha1(text, digest);
  for (int in = 0, out = 0; in < DIGEST; in += 3) {
    uint32_t group = (uint32_t)digest[in] << 16 | (uint32_t)digest[in + 1] << 8 | digest[in + 2];
    for (int shift = 18; shift >= 0; shift -= 6) accept[out++] = alphabet[group >> shift & 63];
  }
  accept[WEBSOCKET_ACCEPT_LENGTH - 1] = '=';
}
