import type { Listen } from '../endpoint.ts';
import { type Framing, framedEndpoint } from './framed.ts';

const headEnd = '\r\n\r\n';
const contentLength = /\r\ncontent-length: *(\d+)/i;

/** The messages our own engine sends: a body of a stated length behind every head. */
const messages: Framing = {
  next: (bytes, start, end) => {
    const headEnds = bytes.indexOf(headEnd, start, 'latin1');
    if (headEnds < 0 || headEnds >= end) return undefined;
    const payload = headEnds + headEnd.length;
    const length = contentLength.exec(bytes.toString('latin1', start, headEnds))?.[1] ?? 0;
    const next = payload + Number(length);
    return next > end ? undefined : { payload, end: next };
  },
  pack: (json) =>
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json.length}${headEnd}${json}`,
      'latin1',
    ),
};

export const httpEndpoint: Listen = (taken) => framedEndpoint(messages, taken, (port) => `http://127.0.0.1:${port}/`);
