import { Args, Flags } from '@oclif/core';
import { verdictSection } from '../report/sections/verdict.ts';
import { type Style, styleFor } from '../report/style.ts';
import { renderSummary } from '../report/summary.ts';
import { resultsDirectory } from '../results/files.ts';
import type { RunResult } from '../results/result.ts';
import { BaseCommand } from './base.ts';
import { loadFlags } from './flags.ts';
import { outputPaths, requestOf } from './load-request.ts';

const summaries = {
  full: renderSummary,
  compact: (result: RunResult, style: Style) => verdictSection(result, style).join('\n'),
};

export default class Load extends BaseCommand {
  static override summary = 'Run a scenario, or one operation, against a target or the bundled gateway.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --scenario ramp-5k --speed 20',
    `<%= config.bin %> <%= command.id %> -t http://127.0.0.1:8081/mcp -u 50 -d 30s tools/call echo '{"message":"hi"}'`,
  ];

  static override args = {
    what: Args.string({ description: 'a scenario, or the method to call (default: tools/list)' }),
    name: Args.string({ description: 'tool, prompt or resource of the method' }),
    arguments: Args.string({ description: 'its arguments, a JSON object' }),
  };

  static override flags = {
    ...loadFlags,
    scenario: Flags.string({ description: 'name of a bundled scenario, or a file', helpValue: 'NAME|FILE' }),
    runs: Flags.integer({ description: 'repeat as one session', default: 1, min: 1, helpValue: 'N' }),
    out: Flags.string({
      char: 'o',
      multiple: true,
      multipleNonGreedy: true,
      description: 'write the result here too: a file ending in .json, or a folder',
      helpValue: 'json=PATH',
    }),
    summary: Flags.option({
      options: ['compact', 'full', 'none'] as const,
      default: 'full',
      description: 'what to print',
    })(),
    ui: Flags.option({ options: ['plain', 'none'] as const, default: 'plain', description: 'live lines on stderr' })(),
    quiet: Flags.boolean({ char: 'q', description: 'no live lines', default: false }),
    pid: Flags.integer({ description: 'process of the target to measure', min: 1, helpValue: 'PID' }),
  };

  async run(): Promise<RunResult | readonly RunResult[]> {
    const { args, flags } = await this.parse(Load);
    const { runLoad } = await import('../load.ts');
    const { results, exitCode } = await runLoad({
      request: requestOf(args, flags, process.cwd()),
      runs: flags.runs,
      resultsDirectory,
      outputs: outputPaths(flags.out ?? []),
      ui: flags.quiet ? 'none' : flags.ui,
      ...(flags.pid !== undefined && { pid: flags.pid }),
      ...this.interrupts(),
      env: process.env,
      cwd: process.cwd(),
      stderr: process.stderr,
    });
    const style = styleFor(process.stdout, process.env);
    if (flags.summary !== 'none') for (const result of results) this.log(summaries[flags.summary](result, style));
    this.finishWith(exitCode);
    return results.length === 1 ? results[0] : results;
  }
}
