import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Body } from '../../../src/gateway/http/body.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

describe('Body', () => {
  it('is its chunks, one after the other', () => {
    const property = fc.property(fc.array(fc.uint8Array({ maxLength: 700 })), (chunks) => {
      const body = new Body();
      for (const chunk of chunks) body.append(Buffer.from(chunk));
      const whole = Buffer.concat(chunks);
      expect(body.length).toBe(whole.length);
      expect(body.take().equals(whole)).toBe(true);
      expect(body.length).toBe(0);
    });
    fc.assert(property);
  });

  it('does not copy what comes in one piece', () => {
    const piece = Buffer.from('{}');
    const body = new Body();
    body.append(piece);
    expect(body.take()).toBe(piece);
  });

  it('keeps no chunk of a body that trickles in', async () => {
    const body = new Body();
    const chunks = Array.from({ length: 100 }, () => {
      const chunk = Buffer.alloc(64 * 1024);
      body.append(chunk.subarray(0, 1));
      return new WeakRef(chunk.buffer);
    });
    // What a WeakRef points to lives at least until the turn ends.
    await setImmediate();
    collect();
    expect(chunks.filter((chunk) => chunk.deref() !== undefined)).toEqual([]);
    expect(body.length).toBe(100);
  });
});
