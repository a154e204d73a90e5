import { expect, it, onTestFinished } from 'vitest';
import { processNow } from '../../src/loadgen/clock.ts';
import { RunRecord } from '../../src/loadgen/run-record.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import { planText } from '../scenario/planning.ts';
import { intervalOf } from '../support/measured.ts';

const text = 'executor: constant-vus\nvus: 4\nwarmup: 1s\nduration: 60s\nsteps: [{ call: ping }]';

const cut = (at: number) => ({ at, cut: true });

/** Of a run whose clock starts now. */
function recording() {
  const plan = planText(text);
  const record = new RunRecord(plan, undefined);
  onTestFinished(() => record.close());
  const at = processNow();
  record.started(at, record.window);
  return { plan, record, at };
}

it('the window of a run that is stopped ends where its workers ended it, not where they were told to', () => {
  const { record, at } = recording();
  record.stopping();
  expect(record.windowSeconds).toBe(0);
  record.stopped([cut(at + 3000), cut(at + 4000)]);
  expect(record.windowSeconds).toBeCloseTo(2.5, 2);
});

it('workers whose load had ended before the stop do not shorten the window of those that went on', () => {
  const { record, at } = recording();
  record.stopped([{ at: at + 2000, cut: false }, cut(at + 5000)]);
  expect(record.windowSeconds).toBeCloseTo(4, 2);
});

it('where all had ended before, the window ends with the last of them', () => {
  const { record, at } = recording();
  record.stopped([
    { at: at + 2000, cut: false },
    { at: at + 3000, cut: false },
  ]);
  expect(record.windowSeconds).toBeCloseTo(2, 2);
});

it('a stop before anything is measured leaves no window', () => {
  const { record, at } = recording();
  record.stopped([cut(at + 200)]);
  expect(record.windowSeconds).toBe(0);
});

it('the window of a run that ends by itself ends with its last exchange, whatever was done afterwards', async () => {
  const { plan, record } = recording();
  const snapshot = new Recorder(seriesLayout(plan)).swap();
  record.add(intervalOf(snapshot, { sequence: 0, to: 1000 }));
  record.add(intervalOf(snapshot, { sequence: 1, to: 1750 }));
  await record.finished();
  expect(record.windowSeconds).toBe(0.75);
});
