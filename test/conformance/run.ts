import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';

export type Requirements = '2025-11-25' | '2026-07-28';

export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
  readonly details?: { readonly result?: { readonly isError?: boolean } };
}

/** The checks of each scenario by its name. */
export type Outcome = ReadonlyMap<string, readonly Check[]>;

const suite = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'));

/** Names of the server scenarios that count for a revision, as the suite's own list has them. */
export function scored(requirements: Requirements): string[] {
  return parse(readFileSync(join(suite, 'requirements', `${requirements}.yaml`), 'utf8')).server;
}

/** Runs every server scenario of a revision against `url`, under the Node this runs under; `folder` is empty at first. */
export async function runScenarios(url: string, requirements: Requirements, folder: string): Promise<Outcome> {
  const args = ['server', '--url', url, '--requirements', requirements, '--output-dir', folder];
  const child = spawn(process.execPath, [join(suite, 'dist/index.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 50_000,
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const outcome = new Map<string, Check[]>();
  for (const file of globSync('*/checks.json', { cwd: folder })) {
    // The folder of a scenario is named `server-<scenario>-<time>`.
    const scenario = dirname(file).replace(/^server-|-\d{4}-\d\d-\d\dT[\d-]+Z$/g, '');
    outcome.set(scenario, JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }
  if (outcome.size === 0) throw new Error(`The conformance suite ran nothing:\n${output}`);
  return outcome;
}

/**
 * What the scenarios of these names did not prove: checks that did not succeed, or did so on the reply of a failed tool,
 * and scenarios of which no check succeeded. INFO tells of what the suite saw and did not judge.
 */
export function faults(outcome: Outcome, scenarios: readonly string[]): string[] {
  return scenarios.flatMap((scenario) => {
    const checks = outcome.get(scenario) ?? [];
    const failed = checks.filter((check) => !['SUCCESS', 'INFO'].includes(check.status) || isVacuous(scenario, check));
    const proven = checks.some(({ status }) => status === 'SUCCESS');
    return [
      ...failed.map(({ id, status, errorMessage = '' }) => `${scenario} ${id}: ${status} ${errorMessage}`),
      ...(proven ? [] : [`${scenario}: no check succeeded`]),
    ];
  });
}

/** Some scenarios are content with any text, also that of an error. */
function isVacuous(scenario: string, { details }: Check): boolean {
  return details?.result?.isError === true && scenario !== 'tools-call-error';
}
