import { failureKind } from '../../results/failures.ts';
import type { RunResult } from '../../results/result.ts';
import { formatCount } from '../../units.ts';
import { legend, micros, percentile } from '../percentile.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';

const keys = ['p50', 'p95', 'p99'] as const;

export function connectionsSection(result: RunResult, style: Style): string[] {
  const { connections } = result.metrics;
  const phases = (['connect', 'tls', 'upgrade', 'initialize'] as const).filter((phase) => connections[phase].count > 0);
  const rows = phases.map((phase) => {
    const time = connections[phase];
    return [phase, formatCount(time.count), ...keys.map((key) => percentile(time, key)), micros(time.max)];
  });
  const resumed = connections.tls.count > 0 ? `, ${formatCount(connections.resumed)} TLS sessions resumed` : '';
  // Where clients have several at once, as over HTTP.
  const { count } = connections.connect;
  const opened = count > connections.opened ? `clients over ${formatCount(count)} connections` : 'opened';
  return [
    style.strong('Connections'),
    `  ${formatCount(connections.opened)} ${opened}, ${formatCount(connections.failed)} failed, ${formatCount(connections.lost)} lost, ${formatCount(connections.peak)} at most open${resumed}`,
    ...(rows.length === 0 ? [] : table(['phase', 'n', ...keys, 'max'], rows)),
    ...legend(
      rows.flat(),
      phases.map((phase) => connections[phase]),
      keys,
    ).map((line) => style.faint(line)),
    ...failures(result, style),
    ...lostOnReuse(result, style),
  ];
}

/** As every HTTP client does, a connection that has served once is used again; nobody knows that the target is closing it. */
function lostOnReuse({ metrics }: RunResult, style: Style): string[] {
  const { lostOnReuse: count } = metrics.connections;
  if (count === undefined) return [];
  return [
    `  ${style.bad('✗')} ${formatCount(count)} requests lost on connections that had served before and ended without a byte of the reply`,
    style.faint(
      '    try: a keep-alive time of the target above the pauses of the load, or a header that tells of it (Keep-Alive: timeout=…)',
    ),
  ];
}

/** Each code with its count, what it means and what to try; the most frequent first. */
function failures({ metrics }: RunResult, style: Style): string[] {
  return Object.entries(metrics.connections.failures ?? {})
    .sort(([, a], [, b]) => b - a)
    .flatMap(([code, count]) => {
      const { what, hint } = failureKind(code);
      return [`  ${style.bad('✗')} ${formatCount(count)} × ${code}: ${what}`, style.faint(`    try: ${hint}`)];
    });
}
