import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  durationSeconds,
  formatBytes,
  formatCount,
  formatDuration,
  formatMicros,
  formatPercent,
  sizeBytes,
} from '../src/units.ts';

/** Digits of the number, leading zeros aside. */
const digits = (text: string) => text.replace(/[^\d]/g, '').replace(/^0+/, '').length;
const number = (text: string) => Number.parseFloat(text);

describe('formatMicros', () => {
  it.each([
    [0, '0 µs'],
    [850.4, '850 µs'],
    [999.6, '1.00 ms'],
    [1000, '1.00 ms'],
    [2312, '2.31 ms'],
    [9999, '10.0 ms'],
    [99_960, '100 ms'],
    [123_456, '123 ms'],
    [999_499, '999 ms'],
    [999_600, '1.00 s'],
    [1_200_000, '1.20 s'],
    [3_600_000_000, '3600 s'],
  ])('%d µs is %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  it('keeps three digits and the value', () => {
    const factors: Record<string, number> = { µs: 1, ms: 1e3, s: 1e6 };
    fc.assert(
      fc.property(fc.double({ min: 1000, max: 999e6, noNaN: true }), (micros) => {
        const [written, unit] = formatMicros(micros).split(' ');
        expect(digits(written)).toBe(3);
        expect(Math.abs(Number(written) * factors[unit] - micros)).toBeLessThanOrEqual(micros * 0.0051);
        expect(Number(written)).toBeLessThan(1000);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1023.7, '1.00 KiB'],
    [1024, '1.00 KiB'],
    [10_239, '10.0 KiB'],
    [1_048_575, '1.00 MiB'],
    [1_047_000, '1022 KiB'],
    [1.5 * 2 ** 20, '1.50 MiB'],
    [2 ** 30, '1.00 GiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('is read back as nearly the same size', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (bytes) => {
        const text = formatBytes(bytes);
        expect(Math.abs(sizeBytes(text)! - bytes)).toBeLessThanOrEqual(bytes * 0.0051);
        expect(number(text)).toBeLessThan(1024);
      }),
    );
  });
});

describe('formatCount', () => {
  it('sets a space every three digits, and loses none', () => {
    expect([0, 999, 1000, 1234567, 1e6 - 0.4, -1234].map(formatCount)).toEqual([
      '0',
      '999',
      '1 000',
      '1 234 567',
      '1 000 000',
      '-1 234',
    ]);
    fc.assert(
      fc.property(fc.nat(), (count) => {
        expect(formatCount(count)).toMatch(/^\d{1,3}( \d{3})*$/);
        expect(Number(formatCount(count).replaceAll(' ', ''))).toBe(count);
      }),
    );
  });
});

describe('formatPercent', () => {
  it.each([
    [0, '0 %'],
    [0.00001, '<0.01 %'],
    [0.0001, '0.01 %'],
    [0.0123, '1.23 %'],
    [0.5, '50.0 %'],
    [1, '100.0 %'],
  ])('%d is %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });

  it('keeps the ratio', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 10, noNaN: true }), (ratio) => {
        expect(Math.abs(number(formatPercent(ratio)) / 100 - ratio)).toBeLessThanOrEqual(ratio < 0.1 ? 5.1e-5 : 5.1e-4);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [45, '45s'],
    [1.25, '1.3s'],
    [59.94, '59.9s'],
    [59.96, '1m'],
    [60, '1m'],
    [150, '2m30s'],
    [61, '1m01s'],
    [3599.6, '1h00m'],
    [3900, '1h05m'],
    [86_400, '24h00m'],
  ])('%d is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('is read back as nearly the same time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100_000, noNaN: true }), (seconds) => {
        const tolerance = seconds < 59.95 ? 0.051 : seconds < 3599.5 ? 0.51 : 60;
        expect(Math.abs(durationSeconds(formatDuration(seconds))! - seconds)).toBeLessThanOrEqual(tolerance);
      }),
    );
  });
});
