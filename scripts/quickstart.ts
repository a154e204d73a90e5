// The whole job once: a load test of the bundled gateway, then the same short test judged against a baseline of this
// machine. Exits with the load's code, else 4 when the comparison is a REGRESSION.
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExitCode } from '../src/errors.ts';
import { interrupted, run } from './child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const baseline = '.mcpb/baselines/smoke.json';
const smoke = ['load', '--scenario', 'smoke', '--runs', '5', '--summary', 'compact'];

const notRun: readonly number[] = [ExitCode.internal, ExitCode.usage, ExitCode.unreachable, ExitCode.invalidScenario];

process.exitCode = await quickstart();

async function quickstart(): Promise<number> {
  const load = await mcpb('1. A load test', ['load', '--scenario', 'ramp-5k', '--speed', '20']);
  if (load === interrupted || notRun.includes(load)) return load;
  const verdict = await judge();
  if (verdict === interrupted) return interrupted;
  return load || (verdict === ExitCode.regression ? verdict : ExitCode.ok);
}

/** Returns the exit code of the comparison, or of the step that kept it from being made. */
async function judge(): Promise<number> {
  if (!existsSync(`${root}${baseline}`)) {
    const code = await record();
    if (code !== ExitCode.ok) return code;
  }
  const verdict = await compareFresh();
  if (verdict !== ExitCode.notComparable) return explained(verdict);
  say('The baseline is of another machine or scenario: it is recorded anew.');
  rmSync(`${root}${baseline}`);
  const code = await record();
  return code === ExitCode.ok ? explained(await compareFresh()) : code;
}

async function record(): Promise<number> {
  const code = await mcpb('2. Five short runs as the baseline', smoke);
  if (code === interrupted || notRun.includes(code)) return code;
  return mcpb('   kept', ['baseline', 'save', 'smoke', '--from', '.mcpb/results', '-o', baseline]);
}

async function compareFresh(): Promise<number> {
  const code = await mcpb('3. Five fresh runs', smoke);
  if (code === interrupted || notRun.includes(code)) return code;
  return mcpb('4. The verdict', ['compare', baseline]);
}

function explained(verdict: number): number {
  if (verdict === ExitCode.inconclusive)
    say(
      'INCONCLUSIVE is not a fault: these runs scatter too much on this machine to show that nothing got slower, and no',
      'loss beyond the limit is shown either. The commands above would settle it; a quieter machine helps most.',
    );
  if (verdict === ExitCode.invalidRun)
    say('The fresh runs were disturbed and prove nothing: try again when the machine is quieter.');
  return verdict;
}

function mcpb(title: string, args: readonly string[]): Promise<number> {
  say('', `${title}: mcpb ${args.join(' ')}`, '');
  return run(process.execPath, [`${root}bin/run.js`, ...args], { cwd: root });
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
