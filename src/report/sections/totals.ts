import type { RunResult } from '../../results/result.ts';
import { formatCount, formatDuration, formatPercent } from '../../units.ts';
import { isGeneratorLimited } from '../marks.ts';
import type { Style } from '../style.ts';
import { pairs } from '../table.ts';

export function totalsSection(result: RunResult, style: Style): string[] {
  const { requests, throughputPerSecond, errorRate } = result.metrics;
  const lost = [
    requests.dropped > 0 ? `${formatCount(requests.dropped)} dropped` : '',
    requests.unanswered > 0 ? `${formatCount(requests.unanswered)} unanswered` : '',
  ].filter(Boolean);
  return [
    style.strong('Totals'),
    ...pairs([
      ['target', target(result)],
      ['load', load(result)],
      [
        'requests',
        [
          `${formatCount(requests.planned)} planned`,
          `${formatCount(requests.sent)} sent`,
          `${formatCount(requests.completed)} answered`,
          ...lost,
        ].join(', '),
      ],
      ['throughput', `${isGeneratorLimited(result) ? '≥ ' : ''}${formatCount(throughputPerSecond)} ok/s`],
      ['errors', formatPercent(errorRate)],
    ]),
  ];
}

const models = {
  open: 'open loop',
  session: 'sessions arrive in an open loop',
  closed: 'closed loop: stalls are hidden',
} as const;
function target({ target: { url, transport, tls, era } }: RunResult): string {
  const over = tls === undefined ? '' : ` over ${tls.version} ${tls.cipher}`;
  return `${url} (${transport}${over}, ${era})`;
}

function load(result: RunResult): string {
  const speed = result.speed === 1 ? '' : `, at --speed ${result.speed}`;
  return `${models[result.model]}, ${formatDuration(result.window.seconds)} measured, seed ${result.seed}${speed}`;
}
