import { parentPort, workerData } from 'node:worker_threads';
import type { Snapshot } from '../metrics/recorder.ts';
import { childGroups } from './child-groups.ts';
import { Engine } from './engine.ts';
import { type GcTotals, observeGc } from './health.ts';
import { inlineMore } from './inlining.ts';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';
import { survey } from './survey.ts';
import { Unreachable } from './unreachable.ts';

/** Thread entry: the protocol on one side, the engine on the other. */
const port = parentPort!;
/** Since the clock started: what is collected before is not in the way of anything. */
let gc: GcTotals = { count: 0, totalMillis: 0, maxMillis: 0 };

inlineMore();
const start = workerData as WorkerStart;
const engine = new Engine(start, {
  connecting: (standing, failure) => post({ type: 'connecting', standing, failure }),
  ready: () => post({ type: 'ready' }),
  unreachable: (failure) => post({ type: 'unreachable', failure }),
  interval: (interval) => post({ type: 'interval', interval }, buffersOf(interval.snapshot)),
  stopped: (stop) => post({ type: 'stopped', stop }),
  done: async () => {
    await childGroups.none();
    post({ type: 'done', gc });
  },
});

port.on('message', (message: ToWorker) => {
  if (message.type === 'survey') visitTargets();
  else if (message.type === 'prepare') engine.prepare(message.facts);
  else if (message.type === 'start') {
    gc = observeGc();
    engine.start(message.at);
  } else engine.stop(message.graceMillis);
});

childGroups.watch((pid, alive) => post({ type: 'group', pid, alive }));
post({ type: 'up' });

async function visitTargets(): Promise<void> {
  try {
    post({ type: 'surveyed', facts: await survey(start.plan) });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    post({ type: 'unreachable', failure: error.failure });
  }
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function buffersOf({ histograms, planned, sent, delivered, outcomes, checks }: Snapshot): ArrayBuffer[] {
  return [
    ...histograms.map(({ counts }) => counts.buckets.buffer),
    planned.buffer,
    sent.buffer,
    delivered.buffer,
    outcomes.buffer,
    checks.buffer,
  ];
}
