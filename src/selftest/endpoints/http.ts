import { encodeEvent } from '../../wire/sse-writer.ts';
import type { Listen } from '../endpoint.ts';
import { identity } from '../identity.ts';
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

/** The same requests, each answered with a stream of one event, in chunks. */
const eventStreams: Framing = {
  next: messages.next,
  pack: (json) => {
    const event = encodeEvent(Buffer.from(json)).toString('latin1');
    return Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked${headEnd}${event.length.toString(16)}\r\n${event}\r\n0${headEnd}`,
      'latin1',
    );
  },
};

export const httpEndpoint: Listen = (taken) =>
  framedEndpoint(messages, taken, (port) => ({ url: `http://127.0.0.1:${port}/` }));

export const httpsEndpoint: Listen = (taken) =>
  framedEndpoint(messages, taken, (port) => ({ url: `https://127.0.0.1:${port}/`, ca: identity.cert }), identity);

export const eventStreamEndpoint: Listen = (taken) =>
  framedEndpoint(eventStreams, taken, (port) => ({ url: `http://127.0.0.1:${port}/` }));
