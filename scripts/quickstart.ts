// The whole job once: a load test of the bundled gateway, then the same short test judged against a baseline of this
// machine. Exits with the load's code, else 4 when the comparison is a REGRESSION.
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExitCode } from '../src/errors.ts';
import { interrupted, run } from './child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const baseline = '.mcpb/baselines/smoke.json';
const smoke = ['load', '--scenario', 'smoke', '--runs', '5', '--summary', 'compact'];
/** A command that ends with one of these did not do its work. */
const notRun: readonly number[] = [ExitCode.internal, ExitCode.usage, ExitCode.unreachable, ExitCode.invalidScenario];

process.exitCode = await quickstart();

async function quickstart(): Promise<number> {
  const load = await mcpb('1. A load test', ['load', '--scenario', 'ramp-5k', '--speed', '20']);
  if (stops(load)) return load;
  const verdict = await judge();
  if (verdict === interrupted) return interrupted;
  return load || (verdict === ExitCode.regression ? verdict : ExitCode.ok);
}

/** Returns the exit code of the comparison, or of the step that kept it from being made. */
async function judge(again = true): Promise<number> {
  const recorded = existsSync(`${root}${baseline}`) ? ExitCode.ok : await record();
  if (stops(recorded)) return recorded;
  const verdict = await compareFresh();
  if (verdict === ExitCode.notComparable && again) {
    forget('The baseline is of another machine or scenario.');
    return judge(false);
  }
  if (recorded !== ExitCode.ok) forget('Some of the baseline’s own runs are not fit to be one.');
  return explained(verdict);
}

/** Returns the exit code of the runs where they can be saved at all. */
async function record(): Promise<number> {
  const code = await mcpb('2. Five short runs as the baseline', smoke);
  if (stops(code)) return code;
  const saved = await mcpb('   kept', ['baseline', 'save', 'smoke', '--from', '.mcpb/results', '-o', baseline]);
  return saved === ExitCode.ok ? code : saved;
}

async function compareFresh(): Promise<number> {
  const code = await mcpb('3. Five fresh runs', smoke);
  return stops(code) ? code : mcpb('4. The verdict', ['compare', baseline]);
}

function stops(code: number): boolean {
  return code === interrupted || notRun.includes(code);
}

function forget(reason: string): void {
  rmSync(`${root}${baseline}`, { force: true });
  say(`${reason} It is recorded anew when it is next needed.`);
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
