import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMasked, FrameHeader, handshakeKey, Opcode } from '../../src/wire/websocket-frame.ts';
import { amid } from '../support/pieces.ts';
import { type RawWebSocket, rawWebSocket } from '../support/raw-websocket.ts';

/** Payload lengths around the three forms of the length field. */
const lengths = fc.oneof(
  fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 65_537),
  fc.nat({ max: 300 }),
  fc.integer({ min: 65_500, max: 65_600 }),
);
const payloads = fc
  .tuple(lengths, fc.nat({ max: 255 }))
  .map(([length, first]) => Buffer.from(Uint8Array.from({ length }, (_, i) => first + i * 7)));

const { key, accept } = handshakeKey();
const header = new FrameHeader();
let raw: RawWebSocket;
beforeAll(async () => {
  raw = await rawWebSocket(key);
});
afterAll(() => raw.close());

/** Reads one frame of `ws`, byte by byte until the header says it is whole. */
async function nextFrame(): Promise<{ header: FrameHeader; payload: Buffer }> {
  const own = new FrameHeader();
  let bytes = Buffer.alloc(0);
  while (!own.read(bytes, 0, bytes.length)) bytes = Buffer.concat([bytes, await raw.read(1)]);
  expect(own.headerBytes).toBe(bytes.length);
  return { header: own, payload: await raw.read(own.payloadBytes) };
}

describe('handshakeKey', () => {
  it('is answered by ws as expected, and is another one each time', () => {
    expect(raw.head).toContain(`Sec-WebSocket-Accept: ${accept}\r\n`);
    expect(handshakeKey().key).not.toBe(key);
  });
});

describe('frames against ws', () => {
  it('what we send arrives as the same message, at every length', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const message = once(raw.peer, 'message');
        raw.write(encodeMasked(Opcode.binary, payload).frame);
        const [data, binary] = (await message) as [Buffer, boolean];
        expect(binary).toBe(true);
        expect(data.equals(payload)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('a text is a text', async () => {
    const message = once(raw.peer, 'message');
    raw.write(encodeMasked(Opcode.text, Buffer.from('{"é":1}')).frame);
    const [data, binary] = (await message) as [Buffer, boolean];
    expect([String(data), binary]).toEqual(['{"é":1}', false]);
  });

  it('what ws sends is read as the same message, at every length', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, fc.boolean(), async (payload, binary) => {
        raw.peer.send(payload, { binary });
        const frame = await nextFrame();
        expect(frame.payload.equals(payload)).toBe(true);
        expect(frame.header).toMatchObject({ final: true, masked: false, reserved: false });
        expect(frame.header.opcode).toBe(binary ? Opcode.binary : Opcode.text);
      }),
      { numRuns: 60 },
    );
  });

  it('fragments, pings and the closing frame of ws are told apart', async () => {
    raw.peer.send('one', { fin: false });
    raw.peer.send('two', { fin: true });
    raw.peer.ping('hi');
    const seen = [await nextFrame(), await nextFrame(), await nextFrame()];
    expect(seen.map((frame) => [frame.header.opcode, frame.header.final, String(frame.payload)])).toEqual([
      [Opcode.text, false, 'one'],
      [Opcode.continuation, true, 'two'],
      [Opcode.ping, true, 'hi'],
    ]);
    const pong = once(raw.peer, 'pong');
    raw.write(encodeMasked(Opcode.pong, Buffer.from('hi')).frame);
    expect(String((await pong)[0])).toBe('hi');
  });
});

describe('encodeMasked', () => {
  it('says where the payload stands and what masks it', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const { frame, payloadAt, mask } = encodeMasked(Opcode.text, payload);
        expect(frame.length).toBe(payloadAt + payload.length);
        expect(frame.subarray(payloadAt - 4, payloadAt).equals(mask)).toBe(true);
        expect(payload.equals(frame.subarray(payloadAt).map((byte, i) => byte ^ mask[i & 3]))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [0, 6],
    [125, 6],
    [126, 8],
    [65_535, 8],
    [65_536, 14],
  ])('writes a length of %i in the fewest bytes', (length, payloadAt) => {
    expect(encodeMasked(Opcode.text, Buffer.alloc(length)).payloadAt).toBe(payloadAt);
  });

  it('masks every frame anew', () => {
    const masks = Array.from({ length: 8 }, () => encodeMasked(Opcode.text, Buffer.alloc(1)).mask.toString('hex'));
    expect(new Set(masks).size).toBeGreaterThan(1);
  });
});

describe('FrameHeader', () => {
  it('waits for the whole header, whatever stands behind it', () => {
    fc.assert(
      fc.property(lengths, fc.constantFrom('', '\0\0\0\0\0\0\0\0\0\0'), (length, behind) => {
        const { frame, payloadAt } = encodeMasked(Opcode.text, Buffer.alloc(length));
        const needed = payloadAt - 4;
        for (let known = 0; known <= needed; known++) {
          const { buffer, start, end } = amid(frame.subarray(0, known), 'before', behind);
          expect(header.read(buffer, start, end)).toBe(known >= needed);
        }
        expect(header).toMatchObject({ masked: true, headerBytes: needed, payloadBytes: length });
      }),
      { numRuns: 60 },
    );
  });

  it.each([0xc1, 0xa1, 0x91])('sees the reserved bits of %i, once', (first) => {
    expect(header.read(Buffer.from([first, 0]), 0, 2)).toBe(true);
    expect(header.reserved).toBe(true);
    expect(header.read(Buffer.from([0x81, 0]), 0, 2)).toBe(true);
    expect(header.reserved).toBe(false);
  });

  it('does not lose the upper half of a length of 64 bits', () => {
    const bytes = Buffer.from([0x82, 127, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xfe]);
    expect(header.read(bytes, 0, bytes.length)).toBe(true);
    expect(header.payloadBytes).toBe(2 * 2 ** 32 + 0xffff_fffe);
  });
});
