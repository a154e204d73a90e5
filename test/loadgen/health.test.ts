import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { observeGc, ReceiveLag } from '../../src/loadgen/health.ts';
import { Recorder, seriesNumbers } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import { measuredScenario } from '../support/measured.ts';

const layout = seriesLayout({ scenarios: [measuredScenario([1])] });

function receiveLag() {
  const recorder = new Recorder(layout);
  const lag = new ReceiveLag(recorder.ofRun('receiveLag'));
  /** Lags recorded since the last call, in ms: how many, and their sum. */
  const recorded = () => {
    const found = recorder.swap().histograms.find(({ series }) => series === seriesNumbers(layout).run('receiveLag'));
    return { count: found?.counts.count ?? 0, millis: (found?.counts.sum ?? 0) / 1000 };
  };
  return { lag, recorded };
}

describe('ReceiveLag', () => {
  it('is the time since the poll before, for every reply of a batch', () => {
    const { lag, recorded } = receiveLag();
    lag.mark(100, true);
    lag.reply(105, 0);
    expect(recorded()).toEqual({ count: 1, millis: 5 });
    lag.reply(107, 0);
    lag.reply(109, 0);
    expect(recorded()).toEqual({ count: 2, millis: 7 + 9 });
  });

  it('does not reach back before the request was sent', () => {
    const { lag, recorded } = receiveLag();
    lag.mark(100, true);
    lag.reply(110, 108);
    expect(recorded()).toEqual({ count: 1, millis: 2 });
  });

  it('reaches back to the poll before in the next turn too, whatever the turn itself took', async () => {
    const { lag, recorded } = receiveLag();
    lag.mark(100, true);
    lag.reply(105, 0);
    await nextTurn();
    lag.reply(112, 0);
    expect(recorded()).toEqual({ count: 2, millis: 5 + 7 });
  });

  it('is not shortened by a mark behind the replies of a turn', async () => {
    const { lag, recorded } = receiveLag();
    lag.mark(100, true);
    lag.reply(105, 0);
    await nextTurn();
    lag.mark(110, true);
    lag.reply(112, 0);
    expect(recorded()).toEqual({ count: 2, millis: 5 + 7 });
  });

  it('begins at a mark between polls that brought nothing', async () => {
    const { lag, recorded } = receiveLag();
    lag.mark(100, true);
    lag.reply(105, 0);
    await nextTurn();
    lag.mark(110, true);
    lag.mark(111, true);
    lag.reply(112, 0);
    expect(recorded()).toEqual({ count: 2, millis: 5 + 1 });
  });

  it('is nothing where the poll had slept', async () => {
    const { lag, recorded } = receiveLag();
    lag.mark(100, true);
    await sleep(20);
    lag.reply(10_000, 0);
    expect(recorded()).toEqual({ count: 1, millis: 0 });
  });
});

describe('observeGc', () => {
  it('counts collections and how long they took', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const totals = observeGc();
    collect();
    while (totals.count === 0) await nextTurn();
    expect(totals.totalMillis).toBeGreaterThan(0);
    expect(totals.maxMillis).toBeLessThanOrEqual(totals.totalMillis);
  });
});
