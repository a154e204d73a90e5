// @ts-check
import { spawn } from 'node:child_process';

/** Exit code of a program that a signal stopped. */
export const interrupted = 105;

/**
 * Runs a program to its end and resolves to its exit code. Signals that reach this process while it runs go on to the
 * program, which decides when it ends.
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
  /** @type {NodeJS.SignalsListener} */
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve(code ?? exitCodeOf(signal)));
  }).finally(() => process.off('SIGINT', forward).off('SIGTERM', forward));
}

/** @param {NodeJS.Signals | null} signal what ended the program */
function exitCodeOf(signal) {
  return signal === 'SIGINT' || signal === 'SIGTERM' ? interrupted : 1;
}
