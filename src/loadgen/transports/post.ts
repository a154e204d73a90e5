import { requestHead } from '../../wire/http1.ts';
import type { Fields, Packing } from '../request.ts';

const headEnd = '\r\n\r\n';

/** POST requests over HTTP. The length and a request's own fields are the last, so that everything before them is the same for all. */
export function postPacking(path: string, host: string, fields: Fields): Packing {
  const head = requestHead('POST', path, host, [...fields, ['Content-Length', '']]);
  return { prefix: Buffer.from(head.slice(0, -headEnd.length)), pack };
}

function pack(body: string, headers: Fields = []) {
  const own = headers.map(([name, value]) => `\r\n${name}: ${value}`).join('');
  const rest = `${Buffer.byteLength(body)}${own}${headEnd}`;
  return { bytes: Buffer.from(rest + body), bodyAt: rest.length };
}
