import type { Metrics, RunResult, Timeline } from '../../results/result.ts';
import { formatBytes, formatCount } from '../../units.ts';
import type { Style } from '../style.ts';
import { pairs } from '../table.ts';

export function networkSection(result: RunResult, style: Style): string[] {
  const { bytes } = result.metrics;
  const seconds = wholeSeconds(result.timeline);
  const all = (total: number) => `${formatBytes(total)}, ${seconds > 0 ? `${formatBytes(total / seconds)}/s` : '–'}`;
  const oddities = correlation(result.metrics);
  return [
    style.strong('Network'),
    ...pairs([
      ['sent', `${all(bytes.sent)}, ${formatBytes(bytes.sentPerRequest)} on the socket for each request`],
      ['received', `${all(bytes.received)}, ${formatBytes(bytes.receivedPerReply)} for each reply`],
      ...(oddities === '' ? [] : [['replies', oddities] as const]),
    ]),
  ];
}

/** Bytes are of the whole run, and so is their rate. */
function wholeSeconds({ columns, rows }: Timeline): number {
  return rows.at(-1)?.[columns.indexOf('t')] ?? 0;
}

const names = {
  outOfOrder: 'out of order',
  duplicate: 'duplicate',
  unknownId: 'with an unknown id',
  late: 'too late',
  notifications: 'notifications',
  serverRequests: 'requests from the server',
} as const satisfies Readonly<Record<keyof Metrics['correlation'], string>>;

function correlation({ correlation: counts }: Metrics): string {
  return (Object.keys(names) as (keyof typeof names)[])
    .filter((key) => counts[key] > 0)
    .map((key) => `${formatCount(counts[key])} ${names[key]}`)
    .join(', ');
}
