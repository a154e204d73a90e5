// @ts-check
import { spawn } from 'node:child_process';

/** Exit code of what a signal stopped. */
export const interrupted = 105;

/**
 * Runs a program to its end and resolves to its exit code. Signals that reach this process while it runs go on to the
 * program, which decides when it ends; if it then fails, whatever its own code, it was interrupted.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: (chunk: Buffer) => void }} [options] `output` takes what the
 *   program prints, instead of the terminal
 * @returns {Promise<number>}
 */
export function run(command, args, { cwd, env, output } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: output ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  if (output) {
    child.stdout?.on('data', output);
    child.stderr?.on('data', output);
  }
  let signalled = false;
  /** @type {NodeJS.SignalsListener} */
  const forward = (signal) => {
    signalled = true;
    child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve(code === 0 ? 0 : signalled ? interrupted : (code ?? 1)));
  }).finally(() => process.off('SIGINT', forward).off('SIGTERM', forward));
}
