import type { Interfaces } from '@oclif/core';
import { flush } from '@oclif/core/flush';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { failureOf, failureText } from './failure.ts';

/** Nobody reads what is written on standard output. */
let readerGone = false;

/** Runs one command line of the CLI whose package.json is at the root of `installation`. Resolves to its exit code when everything is printed. */
export async function main(argv: readonly string[], installation: Interfaces.LoadOptions): Promise<number> {
  settings.enableAutoTranspile = false;
  process.stdout.on('error', ignoreBrokenPipe);
  try {
    await run([...argv], installation);
    if (!readerGone) await flush();
  } catch (error) {
    return reportFailure(error);
  }
  return Number(process.exitCode ?? 0);
}

/** Says what went wrong outside any command. Returns the exit code. */
export function reportFailure(error: unknown): number {
  const failure = failureOf(error, 'mcpb --help');
  process.stderr.write(failureText(failure, process.env));
  return failure.exitCode;
}

/** The reader, `head` perhaps, has seen enough. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  readerGone = true;
}
