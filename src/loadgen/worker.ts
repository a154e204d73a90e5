import { parentPort, workerData } from 'node:worker_threads';
import type { Snapshot } from '../metrics/recorder.ts';
import { Engine } from './engine.ts';
import { observeGc } from './health.ts';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';

/** Thread entry: the protocol on one side, the engine on the other. */
const port = parentPort!;
const gc = observeGc();

const engine = new Engine(workerData as WorkerStart, {
  ready: () => post({ type: 'ready' }),
  unreachable: (failure) => post({ type: 'unreachable', failure }),
  interval: (interval) => post({ type: 'interval', interval }, buffersOf(interval.snapshot)),
  done: () => post({ type: 'done', gc }),
});

port.on('message', (message: ToWorker) => {
  if (message.type === 'start') engine.start(message.at);
  else engine.stop(message.graceMillis);
});

post({ type: 'up' });
engine.prepare();

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function buffersOf({ histograms, planned, sent, completed, outcomes, checks }: Snapshot): ArrayBuffer[] {
  return [
    ...histograms.map(({ counts }) => counts.buckets.buffer),
    planned.buffer,
    sent.buffer,
    completed.buffer,
    outcomes.buffer,
    checks.buffer,
  ];
}
