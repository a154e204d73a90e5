import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ToolReport } from '../support/measurement.ts';

/** Waits so long, or until it is interrupted, and reports the replies of that time. */
export async function replyReport(
  seconds: number,
  count: () => { readonly replies: number; readonly errors: number },
): Promise<ToolReport> {
  const [from, before] = [performance.now(), count().replies];
  await Promise.race([sleep(seconds * 1000, undefined, { ref: false }), once(process, 'SIGINT')]);
  const { replies, errors } = count();
  const requests = replies - before;
  return { requests, requestsPerSecond: (1000 * requests) / (performance.now() - from), errors, latency: null };
}
