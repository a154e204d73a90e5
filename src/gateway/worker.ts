import { parentPort, workerData } from 'node:worker_threads';
import { createBackend } from '../router/backend.ts';
import { Router } from '../router/router.ts';
import { censusOf } from './census.ts';
import { DataPlane } from './data-plane.ts';
import type { Question } from './inquiry.ts';
import { createLogger } from './log.ts';
import { countCollections } from './metrics/garbage.ts';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';
import { logRequests } from './request-log.ts';
import { receiveSessionMessage } from './session-messages.ts';
import { answerOf, startProfiler } from './thread-answers.ts';

/** Thread entry: the protocol on one side, the data plane on the other. */
if (parentPort === null) throw new Error('gateway/worker is a thread entry');
const port = parentPort;
const start: WorkerStart = workerData;
const post = (message: FromWorker): void => port.postMessage(message);

const { config, index, version } = start;
const { upstream } = config;
const log = createLogger(config.logLevel, `worker-${index}`);
const backend = await createBackend(config.backend, { worker: index, version, upstream });
const plane = new DataPlane(start, new Router(backend), post);
countCollections(plane.counters);
logRequests(plane, log, index);
const profiler = config.profiling && (await startProfiler());
port.on('message', receive);
await plane.listen();
log.info('worker ready');
post({ type: 'ready' });

/** What cannot be answered is not: main does not wait for ever. */
function answer(id: number, question: Question): void {
  answerOf(question, () => censusOf(plane), profiler).then(
    (answer) => answer && post({ type: 'answer', id, answer }),
    () => {},
  );
}

/** Nothing is said of a reload here: main does. */
function commit(): void {
  log.level = plane.commit()?.logLevel ?? log.level;
  logRequests(plane, log, index);
}

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'stage':
      plane.stage(message.config);
      return post({ type: 'staged' });
    case 'commit':
      return commit();
    case 'ping':
      return post({ type: 'pong' });
    case 'ask':
      return answer(message.id, message.question);
    case 'drain':
      return plane.drain('server shutting down');
    case 'cut':
      return plane.cut();
    default:
      return receiveSessionMessage(plane, message);
  }
}
