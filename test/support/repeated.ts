import { appendFileSync } from 'node:fs';

/** Says at once that the machine spoilt a run, so that it is made again. `npm test` counts them at the end. */
export function noteRepeated(run: string): void {
  process.stderr.write(`repeated: ${run}\n`);
  if (process.env.MCPB_TEST_REPEATED) appendFileSync(process.env.MCPB_TEST_REPEATED, `${run}\n`);
}
