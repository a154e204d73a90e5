const head = Buffer.from('event: message\ndata: ');
const tail = Buffer.from('\n\n');

/** One server-sent event with `message` as its data; the message holds no line break. */
export function encodeEvent(message: Uint8Array): Buffer {
  return Buffer.concat([head, message, tail]);
}
