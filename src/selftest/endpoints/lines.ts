import { encodeLine } from '../../wire/lines.ts';
import type { Listen } from '../endpoint.ts';
import { type Framing, framedEndpoint } from './framed.ts';

const lineFeed = 0x0a;

const lines: Framing = {
  next: (bytes, start, end) => {
    const feed = bytes.indexOf(lineFeed, start);
    return feed < 0 || feed >= end ? undefined : { payload: start, end: feed + 1 };
  },
  pack: encodeLine,
};

/** One message a line; without a token there is no handshake. */
export const linesEndpoint: Listen = (taken) =>
  framedEndpoint(lines, taken, (port) => ({ url: `tcp://127.0.0.1:${port}?framing=lines` }));
