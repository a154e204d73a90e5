import { availableParallelism } from 'node:os';
import Table from 'cli-table3';
import { type CatalogEntry, catalog } from '../scenario/catalog.ts';
import { describeLength } from '../scenario/describe.ts';
import { BaseCommand } from './base.ts';

export default class Scenarios extends BaseCommand {
  static override summary = 'List the bundled scenarios';
  static override examples = ['<%= config.bin %> scenarios', '<%= config.bin %> scenarios --json'];

  override async run(): Promise<{ scenarios: CatalogEntry[] }> {
    await this.parse(Scenarios);
    const scenarios = catalog(availableParallelism());
    if (!this.jsonEnabled()) this.log(table(scenarios));
    return { scenarios };
  }
}

function table(scenarios: readonly CatalogEntry[]): string {
  const rows = new Table({
    head: ['name', 'transport', 'executor', 'length', 'what'],
    style: { head: [], border: [] },
  });
  for (const { name, transports, executors, seconds, description } of scenarios)
    rows.push([name, transports.join(', '), executors.join(', '), describeLength(seconds), description]);
  return rows.toString();
}
