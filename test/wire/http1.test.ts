import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyFraming, hostField, ResponseHead, requestHead } from '../../src/wire/http1.ts';
import { amid } from '../support/pieces.ts';

const head = new ResponseHead();

function read(text: string) {
  const { buffer, start, end } = amid(Buffer.from(text), 'HTTP/1.1 500 X\r\nConnection: close\r\n\r\n', '\r\n\r\n');
  const behind = head.read(buffer, start, end);
  return behind > 0 ? behind - start : behind;
}

/** Letters in any case. */
const cased = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join(''));
const blank = fc.constantFrom('', ' ', '  ', '\t', ' \t ');
const field = (name: string, value: string) =>
  fc.tuple(cased(name), blank, blank).map(([written, before, after]) => `${written}:${before}${value}${after}\r\n`);

/** Fields nobody looks at, some of them almost those that count. */
const others = fc.array(
  fc
    .constantFrom(
      'Content-Lengths: 99',
      'X-Content-Length: 99',
      'Content-Encoding: chunked',
      'Transfer-Encodings: chunked',
      'Connections: close',
      'Date: Mon, 23 Nov 2026 21:00:00 GMT',
      'Mcp-Session: no',
      'Cookie: content-length: 5',
      'T: 1',
      'C:',
      'Server: ',
    )
    .map((line) => `${line}\r\n`),
  { maxLength: 4 },
);

interface Expectation {
  readonly status: number;
  readonly length: number | undefined;
  readonly chunked: boolean;
  readonly type: string | undefined;
  readonly close: boolean;
  readonly session: string | undefined;
}

const expectations = fc.record<Expectation>({
  status: fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(100, 101, 200, 202, 204, 304)),
  length: fc.option(fc.nat({ max: 70_000_000 }), { nil: undefined }),
  chunked: fc.boolean(),
  type: fc.constantFrom(undefined, 'application/json', 'text/event-stream', 'text/event-stream; charset=utf-8'),
  close: fc.boolean(),
  session: fc.option(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), { nil: undefined }),
});

function headText({ status, length, chunked, type, close, session }: Expectation): fc.Arbitrary<string> {
  const fields = [
    ...(length === undefined ? [] : [field('content-length', String(length))]),
    ...(chunked ? [field('transfer-encoding', 'chunked')] : []),
    ...(type === undefined ? [] : [field('content-type', type)]),
    ...(close ? [field('connection', 'close')] : []),
    ...(session === undefined ? [] : [field('mcp-session-id', session)]),
  ];
  return fc
    .tuple(fc.tuple(...fields), others, fc.constantFrom('OK', '', 'Not \xe9 Found'))
    .chain(([known, rest, reason]) =>
      fc
        .shuffledSubarray([...known, ...rest], { minLength: known.length + rest.length })
        .map((lines) => `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`),
    );
}

function framingOf({ status, length, chunked }: Expectation): BodyFraming {
  if (status < 200 || status === 204 || status === 304) return BodyFraming.none;
  if (chunked) return BodyFraming.chunked;
  return length === undefined ? BodyFraming.untilClose : BodyFraming.length;
}

describe('ResponseHead', () => {
  it('reads what frames the body, in any order, case and spacing', () => {
    fc.assert(
      fc.property(
        expectations.chain((expected) => fc.tuple(fc.constant(expected), headText(expected))),
        ([expected, text]) => {
          expect(read(text)).toBe(Buffer.byteLength(text));
          const framing = framingOf(expected);
          expect(head).toMatchObject({ status: expected.status, framing, keepAlive: !expected.close });
          if (framing === BodyFraming.length) expect(head.contentLength).toBe(expected.length);
          if (framing === BodyFraming.none) expect(head).toMatchObject({ contentLength: 0, eventStream: false });
          else if (expected.length !== 0) expect(head.eventStream).toBe(expected.type?.startsWith('text/') ?? false);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the session id where there is one', () => {
    fc.assert(
      fc.property(
        expectations.chain((expected) => fc.tuple(fc.constant(expected.session), headText(expected))),
        ([session, text]) => {
          const bytes = Buffer.from(text);
          expect(head.read(bytes, 0, bytes.length)).toBe(bytes.length);
          if (session === undefined) expect(head.sessionIdAt).toBe(0);
          else expect(bytes.toString('latin1', head.sessionIdAt, head.sessionIdEnd).trim()).toBe(session);
        },
      ),
    );
  });

  it('is incomplete until its last byte, whatever stands behind', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n';
    for (let known = 0; known < text.length; known++) expect(read(text.slice(0, known))).toBe(0);
    expect(read(text)).toBe(text.length);
    expect(read('HTTP/1.1 204 \r\n\r\n')).toBe(17);
  });

  it('forgets the response before', () => {
    read(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nMcp-Session-Id: a\r\nKeep-Alive: timeout=5\r\nLocation: /\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n',
    );
    read('HTTP/1.1 200 OK\r\n\r\n');
    expect(head).toMatchObject({
      framing: BodyFraming.untilClose,
      contentLength: 0,
      eventStream: false,
      keepAlive: true,
      sessionIdAt: 0,
      keepAliveAt: 0,
      locationAt: 0,
    });
  });

  it.each([
    ['Keep-Alive', 'timeout=5, max=100', () => [head.keepAliveAt, head.keepAliveEnd]],
    ['Location', 'https://gateway.example/mcp', () => [head.locationAt, head.locationEnd]],
  ])('finds %s in any case', (name, value, range) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      const text = `HTTP/1.1 200 OK\r\nLine: 1\r\n${written}:  ${value}\r\nKeep: 1\r\n\r\n`;
      head.read(Buffer.from(text), 0, text.length);
      expect(text.slice(...range())).toBe(value);
    }
  });

  it('keeps a connection alive by the version and the field', () => {
    read('HTTP/1.0 200 OK\r\n\r\n');
    expect(head.keepAlive).toBe(false);
    read('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n');
    expect(head.keepAlive).toBe(true);
  });

  it('takes a body without bytes for no event stream: its end would never come', () => {
    read('HTTP/1.1 202 Accepted\r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n\r\n');
    expect(head).toMatchObject({ framing: BodyFraming.length, contentLength: 0, eventStream: false });
  });

  it.each([
    'HTTP/2.0 200 OK\r\n\r\n',
    'garbage garbage\r\n\r\n',
    'HTML/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 20x OK\r\n\r\n',
    'HTTP/1.1 1:0 OK\r\n\r\n',
    'HTTP/1.1 099 OK\r\n\r\n',
    'HTTP/1.1  OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
  ])('%j is not a response', (text) => {
    expect(read(text)).toBe(-1);
  });

  it('calls garbage garbage as soon as eight bytes are there', () => {
    expect(read('SSH-2.0-')).toBe(-1);
    expect(read('SSH-2.0')).toBe(0);
  });
});

describe('requestHead', () => {
  it('is a head that ends with a blank line', () => {
    expect(
      requestHead('POST', '/mcp?x=1', 'h:1', [
        ['A', 'b'],
        ['C', 'd'],
      ]),
    ).toBe('POST /mcp?x=1 HTTP/1.1\r\nHost: h:1\r\nA: b\r\nC: d\r\n\r\n');
    expect(requestHead('GET', '/', 'h', [])).toBe('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  });
});

describe('what cannot be HTTP', () => {
  it('is refused once a head is longer than any', () => {
    const endless = Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`);
    expect(head.read(endless, 0, 60_000)).toBe(0);
    expect(head.read(endless, 0, endless.length)).toBe(-1);
    expect(head.read(Buffer.from(`HTTP/1.1 ${'2'.repeat(70_000)}`), 0, 70_000)).toBe(-1);
  });

  it('is refused with two lengths, unless they are the same', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n')).toBe(-1);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n')).toBeGreaterThan(0);
  });

  it('never throws, on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), bytes, Buffer.from('\r\n\r\n')]);
        const behind = head.read(text, 0, text.length);
        expect(behind).toBeGreaterThanOrEqual(-1);
        expect(behind).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('hostField', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1:80'],
    ['::1', '[::1]:80'],
  ])('%s', (host, field) => {
    expect(hostField({ host, port: 80 })).toBe(field);
  });
});
