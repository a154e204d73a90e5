import { Args, Flags } from '@oclif/core';
import { McpbError } from '../../errors.ts';
import { runsOf } from '../../regression/baseline.ts';
import { saveBaseline } from '../../regression/baseline-store.ts';
import { readResults } from '../../results/files.ts';
import { BaseCommand } from '../base.ts';

export interface SavedDocument {
  readonly path: string;
  readonly sessions: number;
  readonly runs: number;
  readonly refused: readonly { readonly runId: string; readonly reason: string }[];
}

export default class BaselineSave extends BaseCommand {
  static override summary = 'Collect valid results as a baseline; an existing one gets them as a further session.';
  static override examples = [
    '<%= config.bin %> baseline save --from .mcpb/results',
    '<%= config.bin %> baseline save --from run1.json --from run2.json -o baselines/main.json',
  ];

  static override args = {
    scenario: Args.string({ description: 'name the results must have' }),
  };

  static override flags = {
    from: Flags.string({
      multiple: true,
      required: true,
      description: 'result file or folder (its newest session); repeatable',
    }),
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
    const results = await readResults(flags.from, args.scenario);
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
}
