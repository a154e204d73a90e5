import { parentPort, workerData } from 'node:worker_threads';
import { instantOf, requestsOf } from './alarm.ts';
import { now, processClockOffset } from './clock.ts';

/** Helper of an alarm: sleeps until the instant asked for, rings, waits for the next; until it is terminated. */
const shared = workerData as SharedArrayBuffer;
const instant = instantOf(shared);
const requests = requestsOf(shared);
const clockOffset = processClockOffset();

for (let seen = 0; ; ) {
  Atomics.wait(requests, 0, seen);
  seen = Atomics.load(requests, 0);
  for (;;) {
    const wait = instant[0] - clockOffset - now();
    if (wait <= 0) break;
    Atomics.wait(requests, 0, seen, wait);
    seen = Atomics.load(requests, 0);
  }
  parentPort!.postMessage(null);
}
