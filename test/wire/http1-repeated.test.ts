import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ResponseHead } from '../../src/wire/http1.ts';
import { amid } from '../support/pieces.ts';

const heads = [
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nMcp-Session-Id: one\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n',
  `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(600)}\r\nContent-Length: 5\r\n\r\n`,
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
];

/** What a head says, wherever it stands: positions become the words there. */
function told(head: ResponseHead, text: string) {
  const { buffer, start, end } = amid(Buffer.from(text), 'HTTP/1.1 500 X\r\n\r\n', '\r\n');
  const behind = head.read(buffer, start, end);
  if (behind <= 0) return { behind };
  const { status, framing, contentLength, eventStream, keepAlive } = head;
  const words = (at: number, to: number) => (at > 0 ? buffer.toString('latin1', at, to) : undefined);
  return {
    behind: behind - start,
    fields: { status, framing, contentLength, eventStream, keepAlive },
    session: words(head.sessionIdAt, head.sessionIdEnd),
    kept: words(head.keepAliveAt, head.keepAliveEnd),
    location: words(head.locationAt, head.locationEnd),
  };
}

it('a head read after any others, whole or cut off, again and again, says what it says alone', () => {
  const run = fc.record({ text: fc.constantFrom(...heads), cut: fc.option(fc.nat(80)), times: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
      const head = new ResponseHead();
      for (const { text, cut, times } of runs) {
        const shown = text.slice(0, cut ?? undefined);
        const alone = told(new ResponseHead(), shown);
        for (let i = 0; i <= times; i++) expect(told(head, shown)).toEqual(alone);
      }
    }),
    { numRuns: 50 },
  );
});
