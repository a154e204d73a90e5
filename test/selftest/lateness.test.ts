import { expect, it } from 'vitest';
import { Lateness } from '../../src/selftest/lateness.ts';

it('is the time nobody looked and the time a reply was overdue', () => {
  const lateness = new Lateness();
  lateness.record(10, 10.1, 11, 11.2);
  expect(lateness.summary([])).toEqual({ p50: 300, p99: 300, p999: 300, max: 300 });
});

it('leaves out what the test itself took away', () => {
  const lateness = new Lateness();
  lateness.record(10, 60.5, 61.5, 61.6);
  lateness.record(9.9, 10, 12, 60.2);
  expect(lateness.summary([{ from: 10.2, to: 60 }])).toEqual({ p50: 300, p99: 800, p999: 800, max: 800 });
});

it('is of nearest rank', () => {
  const lateness = new Lateness();
  for (let i = 1; i <= 1000; i++) lateness.record(0, 0, 0, i / 1000);
  expect(lateness.summary([])).toEqual({ p50: 500, p99: 990, p999: 999, max: 1000 });
  expect(new Lateness().summary([])).toEqual({ p50: 0, p99: 0, p999: 0, max: 0 });
});
