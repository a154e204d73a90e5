import type { Census } from '../census.ts';

/**
 * `queue <thread>/<name> <length> <limit> <oldest_ms>`, then `pending <thread> <method> <count>`, then
 * `resource <thread> <type> <count>`: timers, sockets. What is not known or has no limit is `-`.
 */
export function censusText(threads: readonly { readonly thread: string; readonly census: Census }[]): string {
  const queues = threads.flatMap(({ thread, census }) =>
    census.queues.map(({ name, length, limit, oldestMillis }) =>
      ['queue', `${thread}/${name}`, length, limit ?? '-', oldestMillis?.toFixed(0) ?? '-'].join(' '),
    ),
  );
  const counts = (word: string, of: 'pending' | 'resources'): string[] =>
    threads.flatMap(({ thread, census }) =>
      Object.entries(census[of]).map(([name, count]) => [word, thread, name, count].join(' ')),
    );
  return [...queues, ...counts('pending', 'pending'), ...counts('resource', 'resources'), ''].join('\n');
}
