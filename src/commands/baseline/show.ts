import { Args } from '@oclif/core';
import type { Baseline } from '../../regression/baseline.ts';
import { BaseCommand } from '../base.ts';

export default class BaselineShow extends BaseCommand {
  static override summary = 'Show the runs of a stored baseline.';
  static override examples = [
    '<%= config.bin %> baseline show smoke',
    '<%= config.bin %> baseline show baseline.json --json',
  ];

  static override args = {
    baseline: Args.string({ required: true, description: 'a baseline file, a folder with one, or a scenario’s name' }),
  };

  async run(): Promise<Baseline> {
    const { args } = await this.parse(BaselineShow);
    const { readBaseline } = await import('../../regression/baseline-file.ts');
    const { findBaseline } = await import('../../regression/baseline-store.ts');
    const { renderBaseline } = await import('../../report/baseline-text.ts');
    const { styleFor } = await import('../../report/style.ts');
    const baseline = await readBaseline(await findBaseline(args.baseline));
    this.log(renderBaseline(baseline, styleFor(process.stdout, process.env)).trimEnd());
    return baseline;
  }
}
