import type { Holder } from '../holder.ts';
import { k6Command, parseK6 } from '../peers/k6.ts';
import { startNullServer } from '../support/null-server.ts';
import { residentBytes } from '../support/proc.ts';
import { outputOf, start, whileRunning } from '../support/processes.ts';
import { spread } from '../support/rounds.ts';
import { sampleDuring } from '../support/sampler.ts';

/** From the start of the first VU; connecting is in it. */
const seconds = 12;
const sampleMillis = 100;
/** Before its end, when all sockets are open and none is being closed. */
const settled = { from: 4000, to: 2000 };

/** One VU a socket, as its users write it. */
export const k6Holder: Holder = {
  name: 'k6',
  state: 'idle',
  program: 'k6',
  most: 5000,
  residentBytes: async (sessions) =>
    whileRunning(await startNullServer(), async ({ urls }) => {
      const { command, env } = k6Command('websocket', {
        url: urls.websocket,
        connections: sessions,
        seconds,
        idle: true,
      });
      const program = await start(command, env);
      const [samples, text] = await Promise.all([
        sampleDuring(program.ended, sampleMillis, () => residentBytes(program.pid)),
        outputOf(command, program),
      ]);
      const { requests, errors } = parseK6(text);
      if (requests < sessions || errors > 0) throw new Error(`k6 held ${requests} of ${sessions} sessions`);
      const end = samples[samples.length - 1].at;
      const late = samples.filter(({ at }) => at >= end - settled.from && at <= end - settled.to);
      return spread(late.map(({ value }) => value)).median;
    }),
};
