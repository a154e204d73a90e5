import { McpbError } from '../errors.ts';
import type { CrossCheck, CrossCheckFigures } from '../results/cross-check.ts';
import type { Plan } from '../scenario/plan.ts';
import { autocannonObstacles } from './drivers/autocannon-obstacles.ts';
import { Unreachable } from './unreachable.ts';

/** Another program that makes the load of a plan, for its figures to stand beside our own. */
export interface Driver {
  readonly version: string;
  /** Ends early when `stop` is given. Rejects with Unreachable when the target does not take part. */
  load(plan: Plan, stop: AbortSignal): Promise<CrossCheckFigures>;
}

interface DriverEntry {
  /** Why it cannot make the load of a plan; empty where it can. */
  readonly obstacles: (plan: Plan) => string[];
  /** What it needs is loaded only where it is asked for. */
  readonly load: () => Promise<Driver>;
}

export const drivers = {
  autocannon: {
    obstacles: autocannonObstacles,
    load: async () => (await import('./drivers/autocannon.ts')).autocannonDriver(),
  },
} as const satisfies Record<string, DriverEntry>;

export type DriverName = keyof typeof drivers;

/** Throws McpbError MCPB_E_USAGE with everything that keeps the driver from making this load. */
export function checkDriver(name: DriverName, plan: Plan): void {
  const obstacles = drivers[name].obstacles(plan);
  if (obstacles.length === 0) return;
  throw new McpbError('MCPB_E_USAGE', `--driver ${name} cannot make this load: ${obstacles.join('; ')}`, {
    hint: 'it repeats one call over HTTP, from constant users, a number of requests or a constant rate; without --driver the scenario runs',
  });
}

/** Makes the load of a plan with another program. What goes wrong is said in place of the figures: our own stand. */
export async function crossCheck(name: DriverName, plan: Plan, stop: AbortSignal): Promise<CrossCheck> {
  const driver = await drivers[name].load();
  const { version } = driver;
  try {
    return { driver: name, version, figures: await driver.load(plan, stop) };
  } catch (error) {
    if (error instanceof Unreachable) return { driver: name, version, failure: error.message };
    throw error;
  }
}
