import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../../src/gateway/frame-decoder.ts';
import { type Frame, frame } from './clients.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Decodes `chunks`, refusing further frames after those at `stops` until all chunks have come. */
function decode(chunks: readonly Buffer[], stops: readonly number[] = []): Frame[] {
  const frames: Frame[] = [];
  let stopped = false;
  const decoder = new FrameDecoder(
    {
      frame: (type, payload) => {
        expect(stopped).toBe(false);
        stopped = stops.includes(frames.length);
        frames.push({ type, text: payload.toString() });
        return !stopped;
      },
      malformed: (text) => expect.unreachable(text),
    },
    65_536,
  );
  for (const chunk of chunks) decoder.push(chunk);
  while (stopped) {
    stopped = false;
    decoder.goOn();
  }
  expect(decoder.incomplete).toBe(false);
  return frames;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    // A buffer of its own, reused by nobody: as a socket hands them out.
    chunks.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

describe('FrameDecoder', () => {
  it('finds the same frames however the stream is cut, and wherever the reader stops for a while', () => {
    const texts = fc.array(fc.string({ maxLength: 600 }), { minLength: 1, maxLength: 8 });
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 });
    const stops = fc.array(fc.nat({ max: 7 }), { maxLength: 3 });
    const property = fc.property(texts, sizes, stops, (all, cuts, stopped) => {
      const stream = Buffer.concat(all.map((text, index) => frame(index, text)));
      const expected = all.map((text, index) => ({ type: index, text: Buffer.from(text).toString() }));
      expect(decode(cut(stream, cuts), stopped)).toEqual(expected);
    });
    fc.assert(property);
  });

  it('keeps no chunk of a frame that trickles in', async () => {
    const decoder = new FrameDecoder({ frame: () => true, malformed: (text) => expect.unreachable(text) }, 65_536);
    decoder.push(frame(1, 'x'.repeat(2000)).subarray(0, 13));
    const chunks = Array.from({ length: 100 }, () => {
      const chunk = Buffer.alloc(64 * 1024);
      decoder.push(chunk.subarray(0, 1));
      return new WeakRef(chunk.buffer);
    });
    // What a WeakRef points to lives at least until the turn ends.
    await setImmediate();
    collect();
    expect(chunks.filter((chunk) => chunk.deref() !== undefined)).toEqual([]);
    expect(decoder.incomplete).toBe(true);
  });
});
