import { createHash } from 'node:crypto';
import { maskHeaders } from './credentials.ts';
import type { Plan, ScenarioPlan } from './plan.ts';
import { writtenOperation } from './shown-plan.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What two runs must share to be comparable: the load, its payloads, transport and speed. Left out: where the target
 * is, token and secret header values, tags, and thresholds, which judge a run without changing it.
 */
export function resolvedScenario(plan: Omit<Plan, 'hash' | 'resolved'>): Json {
  const { name, speed, workers, pacing, scenarios, backend, data } = plan;
  const bundled = scenarios.some(({ target }) => target.bundled);
  return {
    ...{ name, speed, workers, pacing },
    ...(bundled && { backend }),
    ...(data && { data: data.map((feeder) => ({ pick: feeder.pick, sha256: feeder.sha256 })) }),
    scenarios: scenarios.map(resolvedBlock),
  };
}

/** sha256 (hex) of canonical JSON. */
export function hashOf(resolved: Json): string {
  return createHash('sha256').update(canonicalJson(resolved)).digest('hex');
}

/** JSON with the keys of every object in order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function resolvedBlock({ token: _token, target, headers, tls, operations, ...block }: ScenarioPlan): Json {
  const { transport, framing, dialect, handshake } = target;
  const form = { transport, ...(framing && { framing }), ...(dialect && { dialect }), handshake };
  const security = tls && { tls: { resumption: tls.resumption, clientCertificate: tls.cert !== undefined } };
  return {
    ...block,
    operations: operations.map(writtenOperation),
    ...form,
    headers: maskHeaders(headers),
    ...security,
  };
}
