import { Args, Flags } from '@oclif/core';
import type { Comparison } from '../regression/comparison.ts';
import { BaseCommand } from './base.ts';

export default class Compare extends BaseCommand {
  static override summary =
    'Compare results with a stored baseline; exits 4 on a regression, 6 if they cannot be compared, 7 if undecided.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> baseline.json',
    "<%= config.bin %> <%= command.id %> smoke --limit 5% --limit 'p99=25%'",
  ];

  static override args = {
    baseline: Args.string({
      required: true,
      description: 'a baseline or result file, a folder of baselines, or a scenario’s name',
    }),
    result: Args.string({
      multiple: true,
      description: 'result files to judge (default: the newest session of the same scenario)',
    }),
  };

  static override flags = {
    limit: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'allowed worsening, 5% for all rows or p99=25% for one; repeatable',
    }),
    'allow-cross-env': Flags.boolean({ description: 'show the numbers of another machine class; never passes' }),
    strict: Flags.boolean({ description: 'exit 7 also where an unproven row leans ok' }),
  };

  async run(): Promise<Comparison> {
    const { args, flags } = await this.parse(Compare);
    const { compare, exitCodeOf } = await import('../regression/compare.ts');
    const { parseLimits } = await import('../regression/limits.ts');
    const { selectSides } = await import('../regression/selection.ts');
    const { renderComparison } = await import('../report/comparison-text.ts');
    const { styleFor } = await import('../report/style.ts');
    const limits = parseLimits(flags.limit ?? []);
    const sides = await selectSides({ baseline: args.baseline, results: args.result ?? [] });
    const comparison = compare({ ...sides, limits, allowCrossEnv: flags['allow-cross-env'], strict: flags.strict });
    this.log(renderComparison(comparison, styleFor(process.stdout, process.env)).trimEnd());
    this.finishWith(exitCodeOf(comparison));
    return comparison;
  }
}
