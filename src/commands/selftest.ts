import { Flags } from '@oclif/core';
import type { SelftestReport } from '../selftest/document.ts';
import { BaseCommand } from './base.ts';

export default class Selftest extends BaseCommand {
  static override summary =
    'Prove this tool’s own error on this machine, against servers with known delays, stalls and losses.';
  static override description =
    'Exits 99 when a figure of a valid run is outside its tolerance, 5 when the machine was too disturbed to tell.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --quick',
    '<%= config.bin %> <%= command.id %> --transport tcp --json',
  ];

  static override flags = {
    transport: Flags.option({
      options: [
        'websocket',
        'tcp',
        'http',
        'lines',
        'envelope',
        'event-stream',
        'sse',
        'wss',
        'tcps',
        'https',
      ] as const,
      multiple: true,
      description: 'only over this one; repeatable (default: all)',
    })(),
    case: Flags.string({
      multiple: true,
      description: 'only this case, and no highest rate; repeatable (default: all)',
    }),
    quick: Flags.boolean({ description: 'about two minutes instead of about ten', default: false }),
    quiet: Flags.boolean({ char: 'q', description: 'no line for each run on stderr', default: false }),
  };

  async run(): Promise<SelftestReport> {
    const { flags } = await this.parse(Selftest);
    const { renderSelftest } = await import('../report/selftest-text.ts');
    const { styleFor } = await import('../report/style.ts');
    const { selftestTransports } = await import('../selftest/endpoint.ts');
    const { selectCases } = await import('../selftest/case.ts');
    const { selftest } = await import('../selftest/selftest.ts');
    const { version } = await import('../version.ts');
    const report = await selftest({
      depth: flags.quick ? 'quick' : 'full',
      ...(flags.case && { only: selectCases(flags.case) }),
      transports: selftestTransports.filter((one) => flags.transport?.includes(one) ?? true),
      createdBy: `mcpb ${version}`,
      ...this.interrupts(),
      progress: (line) => void (flags.quiet || process.stderr.write(`${line}\n`)),
    });
    this.log(renderSelftest(report, styleFor(process.stdout, process.env)).trimEnd());
    this.finishWith(report.exitCode);
    return report;
  }
}
