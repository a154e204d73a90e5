import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WebSocketDecoder } from '../../src/gateway/websocket-decoder.ts';
import { closeFault } from '../../src/wire/websocket-frame.ts';
import { cutsOf, everyCut, piecesOf } from '../support/pieces.ts';

// Without types: `ws` exports it for those who know what they do.
const { Receiver } = createRequire(import.meta.url)('ws');

const maxMessage = 70_000;

/** What a server takes from frames, and the close code with which it stops, or undefined. */
interface Verdict {
  readonly taken: readonly unknown[];
  readonly code: number | undefined;
}

async function verdictOfWs(pieces: readonly Buffer[]): Promise<Verdict> {
  const taken: unknown[] = [];
  let code: number | undefined;
  let over = false;
  const receiver = new Receiver({
    isServer: true,
    maxPayload: maxMessage,
    maxFragments: 1024,
    skipUTF8Validation: true,
  });
  receiver.on('message', (data: Buffer, binary: boolean) => taken.push([binary ? 2 : 1, data.toString('latin1')]));
  receiver.on('ping', (data: Buffer) => taken.push([9, data.toString('latin1')]));
  receiver.on('pong', (data: Buffer) => taken.push([10, data.toString('latin1')]));
  receiver.on('conclude', () => {
    taken.push([8]);
    over = true;
  });
  receiver.on('error', (error: Record<symbol, number>) => {
    code = error[Object.getOwnPropertySymbols(error).find(({ description }) => description === 'status-code')!];
    over = true;
  });
  for (const piece of pieces) {
    if (over) break;
    receiver.write(Buffer.from(piece));
    await setImmediate();
  }
  return { taken, code };
}

function verdictOfOurs(pieces: readonly Buffer[]): Verdict {
  const taken: unknown[] = [];
  let code: number | undefined;
  let over = false;
  const take = (opcode: number, bytes: Buffer): void => {
    if (!over) taken.push([opcode, bytes.toString('latin1')]);
  };
  const decoder = new WebSocketDecoder(
    {
      message: take,
      control: (opcode, bytes) => {
        if (opcode !== 8) return take(opcode, bytes);
        if (over) return;
        // `ws` that does not look at texts does not look at reasons either.
        code = closeFault(bytes) === 1002 ? 1002 : undefined;
        over = true;
        if (code === undefined) taken.push([8]);
      },
      malformed: (fault) => {
        if (!over) code = fault;
        over = true;
      },
    },
    maxMessage,
  );
  for (const piece of pieces) if (!over) decoder.push(Buffer.from(piece));
  return { taken, code };
}

interface FrameParts {
  readonly first: number;
  readonly payload: Buffer;
  readonly mask: Buffer | undefined;
}

function frameOf({ first, payload, mask }: FrameParts): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = (mask ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  if (mask === undefined) return Buffer.concat([head, payload]);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
}

const key = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes));
const masked = (first: fc.Arbitrary<number>, payload: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.record({ first, payload, mask: key }).map(frameOf);
const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
/** Lengths at which a header changes its form, a control frame is too long, or a message is. */
const edges = fc
  .constantFrom(0, 1, 3, 4, 5, 124, 125, 126, 127, 128, 65_535, 65_536, 65_537, maxMessage, maxMessage + 1)
  .map((length) => Buffer.alloc(length, 'xyz'));
const payload = fc.oneof(bytes(40), { arbitrary: edges, weight: 1 });

const whole = masked(fc.constantFrom(0x81, 0x81, 0x82), payload);
const control = masked(fc.constantFrom(0x89, 0x8a), bytes(20));
const pieces = fc
  .tuple(
    masked(fc.constantFrom(0x01, 0x02), bytes(30)),
    fc.array(fc.oneof(masked(fc.constant(0x00), bytes(30)), control), { maxLength: 4 }),
    masked(fc.constant(0x80), payload),
  )
  .map(([first, middle, last]) => Buffer.concat([first, ...middle, last]));
const close = fc
  .tuple(
    fc.constantFrom(1000, 1001, 1004, 1005, 1006, 1014, 1015, 2999, 3000, 4999, 5000),
    fc.string({ maxLength: 20 }),
  )
  .chain(([code, reason]) => {
    const head = Buffer.alloc(2);
    head.writeUInt16BE(code);
    return masked(
      fc.constant(0x88),
      fc.constantFrom(Buffer.concat([head, Buffer.from(reason)]), Buffer.alloc(0), head),
    );
  });
/** Frames no client may send, or not here. */
const odd = fc.oneof(
  masked(fc.integer({ min: 0, max: 255 }), bytes(10)),
  masked(fc.constantFrom(0x09, 0x08, 0x89, 0x88), fc.oneof(edges, bytes(3))),
  fc.record({ first: fc.constantFrom(0x81, 0x89), payload: bytes(5), mask: fc.constant(undefined) }).map(frameOf),
  masked(fc.constantFrom(0x80, 0x00, 0x01), bytes(5)),
  masked(fc.constant(0x88), fc.constant(Buffer.from([0x03, 0xe8, 0xff]))),
);
const stream = fc
  .array(
    fc.oneof(
      { arbitrary: whole, weight: 6 },
      { arbitrary: control, weight: 2 },
      { arbitrary: pieces, weight: 4 },
      { arbitrary: close, weight: 1 },
      { arbitrary: odd, weight: 1 },
    ),
    { maxLength: 7 },
  )
  .map((frames) => Buffer.concat(frames));

it('takes and refuses what ws does, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      stream.chain((sent) => fc.tuple(fc.constant(sent), cutsOf(sent.length))),
      async ([sent, cuts]) => {
        expect(verdictOfOurs(piecesOf(sent, cuts))).toEqual(await verdictOfWs([sent]));
      },
    ),
    { numRuns: 600 },
  );
});

it('takes the same cut at every single place', async () => {
  const mask = Buffer.from([1, 2, 3, 4]);
  const sent = Buffer.concat(
    [
      { first: 0x81, payload: Buffer.from('{"é":1}'), mask },
      { first: 0x01, payload: Buffer.alloc(126, 'a'), mask },
      { first: 0x89, payload: Buffer.from('ping'), mask },
      { first: 0x80, payload: Buffer.from('end'), mask },
      { first: 0x88, payload: Buffer.alloc(0), mask },
    ].map(frameOf),
  );
  const expected = await verdictOfWs([sent]);
  expect(expected.taken).toHaveLength(4);
  for (const cuts of everyCut(sent)) expect(verdictOfOurs(piecesOf(sent, cuts))).toEqual(expected);
});

it('refuses a message in more than 1,024 pieces', async () => {
  const mask = Buffer.alloc(4);
  const piecesOfMessage = (count: number): Buffer =>
    Buffer.concat(
      Array.from({ length: count }, (_, i) =>
        frameOf({ first: (i === count - 1 ? 0x80 : 0) | (i === 0 ? 1 : 0), payload: Buffer.from('x'), mask }),
      ),
    );
  for (const [count, code] of [
    [1024, undefined],
    [1025, 1008],
  ] as const) {
    const ours = verdictOfOurs([piecesOfMessage(count)]);
    expect(ours.code).toBe(code);
    expect(ours).toEqual(await verdictOfWs([piecesOfMessage(count)]));
  }
});

it('keeps no more than has come, whatever a header announces', () => {
  const decoder = new WebSocketDecoder(
    { message: () => undefined, control: () => undefined, malformed: () => undefined },
    2 ** 40,
  );
  const header = Buffer.alloc(14);
  header[0] = 0x81;
  header[1] = 0xff;
  header.writeBigUInt64BE(2n ** 35n, 2);
  decoder.push(header);
  decoder.push(Buffer.from('x'));
  expect(decoder.incomplete).toBe(true);
});
