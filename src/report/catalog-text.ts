import Table from 'cli-table3';
import type { CatalogEntry } from '../scenario/catalog.ts';

/** The bundled scenarios, a row each. `length`: seconds in words. */
export function renderCatalog(
  scenarios: readonly CatalogEntry[],
  length: (seconds: CatalogEntry['seconds']) => string,
): string {
  const rows = new Table({
    head: ['name', 'transport', 'executor', 'length', 'what'],
    style: { head: [], border: [] },
  });
  for (const { name, transports, executors, seconds, description } of scenarios)
    rows.push([name, transports.join(', '), executors.join(', '), length(seconds), description]);
  return rows.toString();
}
