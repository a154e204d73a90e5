import { Args } from '@oclif/core';
import type { BaselineSummary } from '../../regression/baseline-store.ts';
import { BaseCommand } from '../base.ts';

export default class BaselineList extends BaseCommand {
  static override summary = 'List the stored baselines.';
  static override examples = ['<%= config.bin %> baseline list', '<%= config.bin %> baseline list ci/baselines --json'];

  static override args = {
    directory: Args.string({ default: 'baselines', description: 'folder to look in' }),
  };

  async run(): Promise<readonly BaselineSummary[]> {
    const { args } = await this.parse(BaselineList);
    const { listBaselines } = await import('../../regression/baseline-store.ts');
    const { renderBaselineList } = await import('../../report/baseline-text.ts');
    const baselines = await listBaselines(args.directory);
    this.log(renderBaselineList(baselines, args.directory).trimEnd());
    return baselines;
  }
}
