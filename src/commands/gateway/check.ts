import { availableParallelism } from 'node:os';
import { Flags } from '@oclif/core';
import { BaseCommand } from '../base.ts';

export default class GatewayCheck extends BaseCommand {
  static override summary =
    'Check a configuration file of the gateway, every fault at once, and show what it comes to.';
  static override description =
    'Prints the whole configuration with its defaults, as a file, without its secrets. What has no effect is said on stderr. A faulty file: 104.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config gateway.yaml',
    '<%= config.bin %> <%= command.id %> --config gateway.yaml --json | jq .effective.limits',
  ];

  static override flags = {
    config: Flags.string({ description: 'the file', helpValue: 'FILE', required: true }),
  };

  async run(): Promise<Record<string, unknown>> {
    const { flags } = await this.parse(GatewayCheck);
    const { checkConfiguration } = await import('../../gateway/configuration/check.ts');
    const checked = checkConfiguration(flags.config, { env: process.env, cores: availableParallelism() });
    for (const notice of checked.notices) this.logToStderr(notice);
    if (!this.jsonEnabled()) this.log(checked.text.trimEnd());
    return { file: flags.config, notices: checked.notices, effective: checked.effective };
  }
}
