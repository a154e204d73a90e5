import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, ExitCode, errorTable, McpbError, worstExit } from '../src/errors.ts';

/** The documented order, the one that wins first. */
const order = [1, 2, 104, 3, 105, 5, 6, 4, 99, 7, 0];

describe('worstExit', () => {
  it('knows every exit code there is', () => {
    expect(new Set(order)).toEqual(new Set(Object.values(ExitCode)));
  });

  it('takes the first of the documented order, of usage and scenario mistakes too', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (codes) => {
        const worst = worstExit(codes);
        expect(codes).toContain(worst);
        for (const code of codes) expect(order.indexOf(worst)).toBeLessThanOrEqual(order.indexOf(code));
        expect(worstExit(codes.toReversed())).toBe(worst);
      }),
    );
  });

  it('of nothing is ok', () => {
    expect(worstExit([])).toBe(0);
  });
});

describe('McpbError', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])(
    '%s carries its exit code, what was wrong and what to try',
    (code) => {
      const cause = new Error('deeper');
      const error = new McpbError(code, 'no such thing', { hint: 'try that', cause });
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: 'McpbError', code, message: 'no such thing', hint: 'try that', cause });
      expect(error.exitCode).toBe(errorTable[code]);
      expect(error.exitCode).toBeGreaterThan(1);
    },
  );

  it('has neither hint nor cause unless given', () => {
    const error = new McpbError('MCPB_E_USAGE', 'x');
    expect(error.hint).toBeUndefined();
    expect('cause' in error).toBe(false);
  });
});
