import { availableParallelism } from 'node:os';
import type { CatalogEntry } from '../scenario/catalog.ts';
import { BaseCommand } from './base.ts';

export default class Scenarios extends BaseCommand {
  static override summary = 'List the bundled scenarios';
  static override examples = ['<%= config.bin %> scenarios', '<%= config.bin %> scenarios --json'];

  override async run(): Promise<{ scenarios: CatalogEntry[] }> {
    await this.parse(Scenarios);
    const { catalog } = await import('../scenario/catalog.ts');
    const { describeLength } = await import('../scenario/describe.ts');
    const { renderCatalog } = await import('../report/catalog-text.ts');
    const scenarios = catalog(availableParallelism());
    if (!this.jsonEnabled()) this.log(renderCatalog(scenarios, describeLength));
    return { scenarios };
  }
}
