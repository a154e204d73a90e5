import { bundledScenarios } from './bundled.ts';
import { requirementsOf } from './requirements.ts';
import { planFor } from './resolve.ts';

/** One bundled scenario as `scenarios` lists it. */
export interface CatalogEntry {
  readonly name: string;
  readonly description: string;
  readonly transports: readonly string[];
  readonly executors: readonly string[];
  /** Length of the run; null when it ends with a number of requests. */
  readonly seconds: number | null;
  readonly path: string;
}

/** The bundled scenarios as they stand, whatever environment and configuration say. */
export function catalog(cores: number): CatalogEntry[] {
  return bundledScenarios().map(({ name, description, path }) => {
    const plan = planFor({ scenario: name, overrides: {} }, { env: {}, cwd: '/', cores });
    return {
      name,
      description,
      transports: [...new Set(plan.scenarios.map(({ target }) => target.transport))],
      executors: [...new Set(plan.scenarios.map(({ executor }) => executor.kind))],
      seconds: requirementsOf(plan).seconds,
      path,
    };
  });
}
