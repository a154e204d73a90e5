import { describe, expect, it } from 'vitest';
import { parseLimits } from '../../src/regression/limits.ts';

describe('--limit', () => {
  it('takes one for all and one by name', () => {
    expect(parseLimits(['5%', 'p99=25%', 'errors=0.5 %'])).toEqual({
      all: 0.05,
      metrics: { p99: 0.25, errors: 0.005 },
    });
    expect(parseLimits([])).toEqual({ metrics: {} });
  });

  it.each(['5', '0%', '100%', '-5%', 'p99:25%', 'p99=', ''])('refuses "%s"', (expression) => {
    expect(() => parseLimits([expression])).toThrow(expect.objectContaining({ code: 'MCPB_E_USAGE', exitCode: 2 }));
  });

  it('names the metrics there are', () => {
    expect(() => parseLimits(['p97=5%'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('throughput, cpu/request, p50') }),
    );
  });
});
