import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Inbound } from '../../src/wire/inbound.ts';

const steps = fc.array(
  fc.record({ add: fc.uint8Array({ maxLength: 700 }), skip: fc.nat({ max: 5 }), drop: fc.nat({ max: 800 }) }),
  { maxLength: 30 },
);

describe('Inbound', () => {
  it('is a queue of bytes: what was appended and not dropped, in order', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const inbound = new Inbound();
        let model = Buffer.alloc(0);
        for (const { add, skip, drop } of all) {
          const chunk = Buffer.from(add);
          const from = Math.min(skip, chunk.length);
          inbound.append(chunk, from, chunk.length);
          model = Buffer.concat([model, chunk.subarray(from)]);
          chunk.fill(0);
          const count = Math.min(drop, inbound.length);
          inbound.drop(count);
          model = model.subarray(count);
          expect(inbound.bytes.subarray(0, inbound.length).equals(model)).toBe(true);
        }
      }),
    );
  });

  it('grows by doubling, not by the announced or by the next byte', () => {
    const inbound = new Inbound();
    const sizes = new Set<number>();
    for (let i = 0; i < 100_000; i++) {
      inbound.append(Buffer.from([i & 0xff]), 0, 1);
      sizes.add(inbound.bytes.length);
    }
    expect(sizes.size).toBeLessThan(12);
    expect(inbound.bytes.length).toBeLessThanOrEqual(2 * 100_000);
  });

  it('gives the memory of a large message back, keeps that of a small one', () => {
    const inbound = new Inbound();
    inbound.append(Buffer.alloc(1000), 0, 1000);
    inbound.drop(1000);
    expect(inbound.bytes.length).toBeGreaterThan(0);
    inbound.append(Buffer.alloc(100_000), 0, 100_000);
    inbound.drop(99_999);
    expect(inbound.bytes.length).toBeGreaterThan(0);
    inbound.drop(1);
    expect(inbound).toMatchObject({ length: 0, bytes: { length: 0 } });
  });
});
