import type { Plan } from '../scenario/plan.ts';
import { planFor } from '../scenario/resolve.ts';
import type { Load } from './case.ts';
import type { Address } from './endpoint.ts';

/** The plan `mcpb load` would make of the same load, without a session or a question before, and with little around the measured part. */
export function planOf({ url, dialect, ca }: Address, load: Load): Plan {
  const amounts =
    'requests' in load
      ? { requests: String(load.requests), timeout: `${load.timeout}s` }
      : { duration: `${load.seconds}s`, warmup: `${load.warmup}s` };
  const rate = load.rate === undefined ? {} : { rate: `${load.rate}/s` };
  const overrides = { target: url, era: 'legacy', vus: String(load.connections), ...rate, ...amounts };
  const plan = planFor({ overrides }, { env: {}, cwd: '/', cores: 1 });
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    lifecycle: 'none' as const,
    target: { ...scenario.target, ...(dialect && { dialect }) },
    // A handshake for every arrival that finds all connections busy would be a load of its own.
    ...(ca !== undefined && {
      tls: { ...scenario.tls, insecure: false, resumption: true, ca },
      maxConnections: load.connections,
    }),
    phases: { ...scenario.phases, cooldown: 'requests' in load ? 0 : cooldownSeconds },
  }));
  return { ...plan, scenarios };
}

/** Longer than any stall but one, which lies in the middle of its period. */
const cooldownSeconds = 0.2;
