import { Args } from '@oclif/core';
import { McpbError } from '../errors.ts';
import type { RunResult } from '../results/result.ts';
import { BaseCommand } from './base.ts';

export default class Report extends BaseCommand {
  static override summary = 'Show stored results: one as its summary, several as throughput and latency tables.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ws.json tcp.json http.json',
  ];

  static override args = {
    result: Args.string({ multiple: true, description: 'result files or folders (default: the newest session)' }),
  };

  async run(): Promise<RunResult | readonly RunResult[]> {
    const { args } = await this.parse(Report);
    const { newestSession, readResults, resultsDirectory } = await import('../results/files.ts');
    const { renderGuideTables } = await import('../report/guide-tables.ts');
    const { renderSummary } = await import('../report/summary.ts');
    const { styleFor } = await import('../report/style.ts');
    const results = args.result?.length ? await readResults(args.result) : await newestSession(resultsDirectory);
    if (results.length === 0)
      throw new McpbError('MCPB_E_NO_RESULT', `there is no result in ${resultsDirectory}`, {
        hint: 'make one first: mcpb load --scenario smoke',
      });
    const style = styleFor(process.stdout, process.env);
    const text = results.length === 1 ? renderSummary(results[0], style) : renderGuideTables(results, style);
    this.log(text.trimEnd());
    return results.length === 1 ? results[0] : results;
  }
}
