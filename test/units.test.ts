import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { McpbError } from '../src/errors.ts';
import { amount, durationSeconds, ratePerSecond, required, sizeBytes } from '../src/units.ts';

type Parser = (text: string | number) => number | undefined;
const parsers: [string, Parser][] = [
  ['durationSeconds', durationSeconds],
  ['ratePerSecond', ratePerSecond],
  ['amount', amount],
  ['sizeBytes', sizeBytes],
];

/** A decimal as people write it. */
const decimal = fc
  .tuple(fc.nat({ max: 100_000 }), fc.constantFrom('', '.5', '.25', '.0'))
  .map(([whole, fraction]) => `${whole}${fraction}`);

describe.each(parsers)('%s', (_, parse) => {
  it('takes bare numbers as they are', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        expect(parse(text)).toBe(Number(text));
      }),
    );
    expect(parse(12.5)).toBe(12.5);
    expect(parse(0)).toBe(0);
    expect(parse(' 7 ')).toBe(7);
  });

  it.each([
    '',
    ' ',
    '-1',
    '+1',
    '1e3',
    '.5',
    '5.',
    '1,5',
    '1.2.3',
    'abc',
    's',
    'k',
    'b',
    '5 5',
    '0x10',
    'NaN',
    'Infinity',
    '1z',
    '5ib',
    '5kk',
    '3//s',
    '1/0s',
    '0/0s',
    '9'.repeat(400),
  ])('rejects "%s"', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('rejects the number %d', (number) => {
    expect(parse(number)).toBeUndefined();
  });

  it('gives a finite number from zero on, or undefined, for any text', () => {
    const characters = fc.constantFrom(...'0123456789.,/ -+eksmhdunbgiKMGB%'.split(''));
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 8 }), (letters) => {
        const value = parse(letters.join(''));
        expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('durationSeconds', () => {
  it.each([
    ['30s', 30],
    ['1m30s', 90],
    ['250ms', 0.25],
    ['1.5h', 5400],
    ['1d', 86_400],
    ['5us', 5e-6],
    ['5µs', 5e-6],
    ['7ns', 7e-9],
    ['1h2m3s4ms', 3723.004],
  ])('%s', (text, seconds) => {
    expect(durationSeconds(text)).toBeCloseTo(seconds, 12);
  });

  it('adds parts up', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 99 }),
        fc.nat({ max: 99 }),
        fc.nat({ max: 99 }),
        fc.nat({ max: 999 }),
        (h, m, s, ms) => {
          expect(durationSeconds(`${h}h${m}m${s}s${ms}ms`)).toBeCloseTo(h * 3600 + m * 60 + s + ms / 1000, 9);
        },
      ),
    );
  });

  it.each(['30 s', '1m30', '30S', 's30', '1m-3s', '10x', '5min', '500/s'])('rejects "%s"', (text) => {
    expect(durationSeconds(text)).toBeUndefined();
  });
});

describe('ratePerSecond', () => {
  it.each([
    ['500/s', 500],
    ['3000/m', 50],
    ['7200/h', 2],
    ['1/ms', 1000],
    ['10k/s', 10_000],
    ['1.5M/s', 1_500_000],
    ['100/10s', 10],
    ['1/0.5s', 2],
  ])('%s', (text, rate) => {
    expect(ratePerSecond(text)).toBeCloseTo(rate, 9);
  });

  it.each(['500/', '500/10', '/s', '500 /s', '500/d', '5/s/s', '10kb/s'])('rejects "%s"', (text) => {
    expect(ratePerSecond(text)).toBeUndefined();
  });
});

describe('amount and sizeBytes', () => {
  it.each([
    ['10k', 10_000],
    ['1.5M', 1_500_000],
    ['2G', 2e9],
  ])('amount %s', (text, value) => {
    expect(amount(text)).toBe(value);
  });

  it.each([
    ['32KB', 32_768],
    ['1MiB', 2 ** 20],
    ['1mb', 2 ** 20],
    ['2 GiB', 2 ** 31],
    ['12b', 12],
    ['0.5KiB', 512],
  ])('size %s', (text, value) => {
    expect(sizeBytes(text)).toBe(value);
  });

  it.each(['10kib', '10mb', '10s', '1kk'])('amount rejects "%s"', (text) => {
    expect(amount(text)).toBeUndefined();
  });

  it.each(['10k', '10tb', '10kbit', '10bb', '5ib'])('size rejects "%s"', (text) => {
    expect(sizeBytes(text)).toBeUndefined();
  });
});

describe('required', () => {
  it('gives the value back, or says what flag was wrong and how to write it', () => {
    expect(required(0, '--rate', '0', '500/s')).toBe(0);
    expect(() => required(undefined, '--rate', 'x', '500/s')).toThrow(McpbError);
    expect(() => required(undefined, '--rate', 'x', '500/s')).toThrow(
      expect.objectContaining({
        code: 'MCPB_E_USAGE',
        message: '--rate: "x" is not understood',
        hint: 'write it like 500/s',
      }),
    );
  });
});
