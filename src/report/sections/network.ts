import type { Metrics, RunResult } from '../../results/result.ts';
import { formatBytes, formatCount } from '../../units.ts';
import type { Style } from '../style.ts';
import { pairs } from '../table.ts';

/** Bytes are of the whole run, connecting included, for which there is no rate. */
export function networkSection(result: RunResult, style: Style): string[] {
  const { bytes } = result.metrics;
  const oddities = correlation(result.metrics);
  return [
    style.strong('Network'),
    ...pairs([
      [
        'sent',
        `${formatBytes(bytes.sent)} in all, ${formatBytes(bytes.sentPerRequest)} on the socket for each request`,
      ],
      ['received', `${formatBytes(bytes.received)} in all, ${formatBytes(bytes.receivedPerReply)} for each reply`],
      ...(oddities === '' ? [] : [['replies', oddities] as const]),
    ]),
  ];
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
