import { Args, Flags } from '@oclif/core';
import type { RunResult } from '../results/result.ts';
import { BaseCommand } from './base.ts';
import { loadFlags } from './flags.ts';

export default class Load extends BaseCommand {
  static override summary = 'Run a scenario, or one operation, against a target or the bundled gateway.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --scenario ramp-5k --speed 20',
    `<%= config.bin %> <%= command.id %> -t http://127.0.0.1:8081/mcp -u 50 -d 30s tools/call echo '{"message":"hi"}'`,
  ];

  static override args = {
    what: Args.string({ description: 'a scenario, or the method to call (default: tools/list)' }),
    name: Args.string({ description: 'tool, prompt or resource of the method' }),
    arguments: Args.string({ description: 'its arguments, a JSON object; of a tool also fromSchema' }),
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
    driver: Flags.option({
      options: ['mcpb', 'autocannon'] as const,
      default: 'mcpb',
      description: 'autocannon: make the same HTTP load with it too, and show both',
    })(),
    environment: Flags.string({ description: 'YAML kept in the result: what the run was made on', helpValue: 'FILE' }),
    pid: Flags.integer({ description: 'process of the target to measure', min: 1, helpValue: 'PID' }),
  };

  async run(): Promise<RunResult | readonly RunResult[]> {
    const { args, flags } = await this.parse(Load);
    const { runLoad } = await import('../load.ts');
    const { styleFor } = await import('../report/style.ts');
    const { renderSummary, renderVerdict } = await import('../report/summary.ts');
    const { resultsDirectory } = await import('../results/files.ts');
    const { outputPaths, requestOf } = await import('./load-request.ts');
    const { results, exitCode } = await runLoad({
      request: requestOf(args, flags, process.cwd()),
      runs: flags.runs,
      resultsDirectory,
      outputs: outputPaths(flags.out ?? []),
      ui: flags.quiet ? 'none' : flags.ui,
      ...(flags.driver !== 'mcpb' && { driver: flags.driver }),
      ...(flags.environment !== undefined && { environment: flags.environment }),
      ...(flags.pid !== undefined && { pid: flags.pid }),
      ...this.interrupts(),
      env: process.env,
      cwd: process.cwd(),
      stderr: process.stderr,
    });
    const style = styleFor(process.stdout, process.env);
    const render = flags.summary === 'full' ? renderSummary : renderVerdict;
    if (flags.summary !== 'none') for (const result of results) this.log(render(result, style));
    this.finishWith(exitCode);
    return results.length === 1 ? results[0] : results;
  }
}
