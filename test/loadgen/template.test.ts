import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idDigits, RequestTemplate } from '../../src/loadgen/template.ts';
import { idPlaceholder } from '../../src/scenario/plan.ts';
import { encodeMasked, Opcode } from '../../src/wire/websocket-frame.ts';

const id = fc.integer({ min: 1_000_000_000, max: 1_999_999_999 });
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => JSON.stringify(value));
const body = fc.tuple(text, text).map(([before, after]) => ({
  whole: (number: number | string) => `{"a":${before},"id":${number},"b":${after}}`,
  idAt: Buffer.byteLength(`{"a":${before},"id":`),
}));

/** The frame's template, its key as the masked transport derives it. */
function masked(payload: Buffer, idAt: number) {
  const { frame, payloadAt, mask } = encodeMasked(Opcode.text, payload);
  const key = Uint8Array.from({ length: idDigits }, (_, i) => mask[(idAt + i) & 3]);
  const unmask = (bytes: Buffer) => Buffer.from(bytes.subarray(payloadAt).map((byte, i) => byte ^ mask[i & 3]));
  return { template: new RequestTemplate(frame, payloadAt + idAt, key), unmask };
}

describe('RequestTemplate', () => {
  it('has as many digits as the placeholder of a plan', () => {
    expect(idPlaceholder).toHaveLength(idDigits);
  });

  it('writes ids as if each request had been encoded anew', () => {
    fc.assert(
      fc.property(body, fc.array(id, { minLength: 1 }), ({ whole, idAt }, ids) => {
        const template = new RequestTemplate(Buffer.from(whole(idPlaceholder)), idAt);
        for (const number of ids) {
          const bytes = template.withId(number);
          expect(bytes.toString()).toBe(whole(number));
          expect(bytes.length).toBe(template.length);
        }
      }),
    );
  });

  it('writes them under the mask of a frame', () => {
    fc.assert(
      fc.property(body, fc.array(id, { minLength: 1 }), ({ whole, idAt }, ids) => {
        const { template, unmask } = masked(Buffer.from(whole(idPlaceholder)), idAt);
        for (const number of ids) expect(unmask(template.withId(number)).toString()).toBe(whole(number));
      }),
    );
  });

  it('leaves the bytes alone that were detached, and goes on with their copy', () => {
    const { template, unmask } = masked(Buffer.from(`{"id":${idPlaceholder}}`), 6);
    const pending = template.withId(1_234_567_890);
    template.detach();
    const next = template.withId(1_987_654_321);
    expect(unmask(pending).toString()).toBe('{"id":1234567890}');
    expect(unmask(next).toString()).toBe('{"id":1987654321}');
    expect(template.withId(1_000_000_000)).toBe(next);
  });
});
