import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { McpbError } from '../../src/errors.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { type PlanRequest, planFor } from '../../src/scenario/resolve.ts';

export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  readonly config?: string;
  readonly cores?: number;
}

/** Plans in a folder of its own, so that no configuration of this machine counts. */
export function plan(request: Partial<PlanRequest>, { env = {}, config, cores = 4 }: Surroundings = {}): Plan {
  return planFor({ overrides: {}, ...request }, { env, cwd: folder({ 'mcpb.config.yaml': config }), cores });
}

/** Plans the text of a scenario file, called x.yaml. */
export function planText(
  text: string,
  overrides: Overrides = {},
  { env = {}, config, cores = 4 }: Surroundings = {},
): Plan {
  const cwd = folder({ 'x.yaml': text, 'mcpb.config.yaml': config });
  return planFor({ scenario: 'x.yaml', overrides }, { env, cwd, cores });
}

/** Plans x.yaml of a folder with these files. */
export function planFiles(files: Readonly<Record<string, string>>, overrides: Overrides = {}): Plan {
  return planFor({ scenario: 'x.yaml', overrides }, { env: {}, cwd: folder(files), cores: 4 });
}

export function folder(files: Readonly<Record<string, string | undefined>>): string {
  const path = mkdtempSync(join(tmpdir(), 'mcpb-scenario-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) if (text !== undefined) writeFileSync(join(path, name), text);
  return path;
}

/** The user's mistake that `action` ends with. */
export function mistake(action: () => unknown): McpbError {
  try {
    action();
  } catch (error) {
    if (error instanceof McpbError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
