import { methods } from '../wire/mcp.ts';
import type { DataPlane } from './data-plane.ts';

/** Something that waits in a line, or stands in a list with a limit. */
export interface Queue {
  readonly name: string;
  readonly length: number;
  /** Undefined: no limit of its own. */
  readonly limit?: number | undefined;
  /** How long the first one has been in it; undefined when that is not known. */
  readonly oldestMillis?: number | undefined;
}

/** What a thread has on its hands. */
export interface Census {
  readonly queues: readonly Queue[];
  /** Requests without a final reply, by method. */
  readonly pending: Readonly<Record<string, number>>;
  /** Timers, sockets and whatever else keeps the event loop going, by Node's name for it. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Takes as long as there are sockets: only when asked. */
export function resourcesOfThread(): Record<string, number> {
  return countBy(process.getActiveResourcesInfo());
}

export function censusOf(plane: DataPlane): Census {
  const { pending, connections, congestion, store, sessionless, limits, now, router } = plane;
  const oldest = pending.oldest === undefined ? undefined : performance.now() - pending.oldest.started;
  return {
    queues: [
      { name: 'requests', length: pending.length, oldestMillis: oldest },
      ...(router.queue ? [{ name: 'backend', ...router.queue }] : []),
      { name: 'slow_readers', length: congestion.size, oldestMillis: congestion.oldestMillis(now) },
      { name: 'connections', length: connections.size, limit: connections.limit },
      { name: 'sessions', length: store.size, limit: limits.sessions },
      { name: 'subjects', length: sessionless.size, limit: limits.sessionless },
    ],
    pending: countBy([...pending.methods()].map((method) => methods[method])),
    resources: resourcesOfThread(),
  };
}

/** Everything in a census that a leak would make more of: pending requests, timers, sockets. */
export function sizeOf({ pending, resources }: Pick<Census, 'pending' | 'resources'>): number {
  return [...Object.values(pending), ...Object.values(resources)].reduce((total, count) => total + count, 0);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
