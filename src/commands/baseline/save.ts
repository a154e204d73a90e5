import { Args, Flags } from '@oclif/core';
import { McpbError } from '../../errors.ts';
import type { RunResult } from '../../results/result.ts';
import { BaseCommand } from '../base.ts';

export interface SavedDocument {
  readonly path: string;
  readonly sessions: number;
  readonly runs: number;
  readonly refused: readonly { readonly runId: string; readonly reason: string }[];
}

export default class BaselineSave extends BaseCommand {
  static override summary =
    'Run a scenario several times, or collect results, as a baseline; an existing one gets a further session.';
  static override examples = [
    '<%= config.bin %> baseline save smoke --runs 5',
    '<%= config.bin %> baseline save --from run1.json --from run2.json -o baselines/main.json',
  ];

  static override args = {
    scenario: Args.string({ description: 'scenario to run; with --from the name the results must have' }),
  };

  static override flags = {
    from: Flags.string({
      multiple: true,
      exclusive: ['runs', 'speed'],
      description: 'run nothing, take this result file or folder (its newest session); repeatable',
    }),
    runs: Flags.integer({ description: 'how many runs to make', default: 10, min: 1 }),
    speed: Flags.string({ description: 'divide warm-up and stage times', helpValue: 'N' }),
    output: Flags.string({
      char: 'o',
      description: 'baseline file (default: baselines/<scenario>.<machine class>.json)',
    }),
    accept: Flags.string({
      description: 'reason to take a regression against the existing baseline as the new measure',
    }),
  };

  async run(): Promise<SavedDocument> {
    const { args, flags } = await this.parse(BaselineSave);
    const { runsOf } = await import('../../regression/baseline.ts');
    const { saveBaseline } = await import('../../regression/baseline-store.ts');
    const { readResults } = await import('../../results/files.ts');
    const results = flags.from ? await readResults(flags.from, args.scenario) : await this.#run(args.scenario, flags);
    const other = results.find(({ scenario }) => args.scenario !== undefined && scenario.name !== args.scenario);
    if (other !== undefined)
      throw new McpbError('MCPB_E_USAGE', `run ${other.runId} is of ${other.scenario.name}, not of ${args.scenario}`);
    const saved = await saveBaseline(results, {
      ...(flags.output === undefined ? {} : { path: flags.output }),
      ...(flags.accept === undefined ? {} : { accept: flags.accept }),
    });
    for (const { runId, reason } of saved.refused) this.logToStderr(`left out: ${runId} (${reason})`);
    const document = {
      path: saved.path,
      sessions: saved.baseline.sessions.length,
      runs: runsOf(saved.baseline).length,
      refused: saved.refused,
    };
    this.log(`${document.path}: runs ${document.runs}, sessions ${document.sessions}`);
    return document;
  }

  async #run(
    scenario: string | undefined,
    { runs, speed }: { runs: number; speed?: string | undefined },
  ): Promise<readonly RunResult[]> {
    if (scenario === undefined)
      throw new McpbError('MCPB_E_USAGE', 'nothing to run', {
        hint: 'name a scenario, or collect results with --from',
      });
    const { runLoad } = await import('../../load.ts');
    const { resultsDirectory } = await import('../../results/files.ts');
    const { results } = await runLoad({
      request: { scenario, overrides: speed === undefined ? {} : { speed } },
      runs,
      resultsDirectory,
      outputs: [],
      ui: 'plain',
      ...this.interrupts(),
      env: process.env,
      cwd: process.cwd(),
      stderr: process.stderr,
    });
    return results;
  }
}
