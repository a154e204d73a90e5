const head = Buffer.from('event: message\ndata: ');
const tail = Buffer.from('\n\n');

/** One server-sent event with `message` as its data; the message holds no line break. `id`: ASCII without line breaks. */
export function encodeEvent(message: Uint8Array, id?: string): Buffer {
  const parts = [head, message, tail];
  if (id !== undefined) parts.unshift(Buffer.from(`id: ${id}\n`));
  return Buffer.concat(parts);
}

/** An event without data, from which on a client can resume the stream, and after how many ms it should. */
export function primingEvent(id: string, retryMillis: number): Buffer {
  return Buffer.from(`id: ${id}\nretry: ${retryMillis}\ndata: \n\n`);
}

/** Keeps a connection from looking idle. */
export const sseComment = Buffer.from(':\n\n');
