import { Args } from '@oclif/core';
import { BaseCommand } from './base.ts';

export default class Schema extends BaseCommand {
  static override summary =
    'Print the JSON Schema of scenario files, of mcpb.config.yaml, of a gateway’s configuration, or of results';
  static override examples = [
    '<%= config.bin %> schema > scenario.schema.json',
    '<%= config.bin %> schema result | jq .properties.metrics',
  ];
  static override args = {
    document: Args.option({
      options: ['scenario', 'config', 'gateway', 'result'] as const,
      description: 'what it describes (default: scenario)',
    })(),
  };

  override async run(): Promise<Record<string, unknown>> {
    const { args } = await this.parse(Schema);
    const { jsonSchemas } = await import('../json-schemas.ts');
    const schema = jsonSchemas[args.document ?? 'scenario'].make();
    if (!this.jsonEnabled()) this.log(JSON.stringify(schema, null, 2));
    return schema;
  }
}
