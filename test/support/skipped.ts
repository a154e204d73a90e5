import { appendFileSync } from 'node:fs';

/** Says that a part of the suite proved nothing here. `npm test` names it at the end, and counts it as failed in CI. */
export function noteSkipped(part: string): void {
  if (process.env.MCPB_TEST_SKIPPED) appendFileSync(process.env.MCPB_TEST_SKIPPED, `${part}\n`);
}

/**
 * Says that the machine was too busy for a part of the suite to show what it shows on a quiet one. `npm test` names it at
 * the end; it is no failure, for the machine's neighbours are nothing a change can mend.
 */
export function noteDisturbed(part: string): void {
  if (process.env.MCPB_TEST_DISTURBED) appendFileSync(process.env.MCPB_TEST_DISTURBED, `${part}\n`);
}
