import type { RuleVerdict } from '../../results/certificate.ts';
import type { Finding, RunResult } from '../../results/result.ts';
import { formatBytes, formatCount, formatMicros, formatPercent } from '../../units.ts';
import { micros, percentile } from '../percentile.ts';
import type { Style } from '../style.ts';
import { pairs } from '../table.ts';

/** What speaks for and against the numbers above: the generator and the machine, never the target's errors. */
export function trustSection(result: RunResult, style: Style): string[] {
  return [
    style.strong('How far to trust this run'),
    ...pairs([
      ['schedule', schedule(result)],
      ['send lag', lag(result.metrics.generatorLag)],
      ['receive lag', lag(result.metrics.receiveLag)],
      ['generator', generator(result)],
      ['target', target(result)],
      ['machine', machine(result)],
      ['limited by', limits[result.generator.limitedBy]],
      ...certificate(result),
    ]),
    ...invalidReasons(result, style),
    ...result.warnings.map((finding) => `  ${style.warn('!')} ${sentence(finding, result)}`),
  ];
}

/** Why the run is not to be trusted, one line each. */
export function invalidReasons(result: RunResult, style: Style): string[] {
  return result.invalidReasons.map((finding) => `  ${style.bad('✗')} ${sentence(finding, result)}`);
}

const limits = {
  generator: 'the generator: the target may do more than this',
  target: 'the target',
  schedule: 'the schedule: the target had capacity left',
  none: 'nothing that was measured',
} as const;

function schedule({ metrics, model }: RunResult): string {
  const { planned, sent, dropped } = metrics.requests;
  const share = planned === 0 ? '–' : formatPercent(sent / planned);
  const offered = `${share} of what was ${model === 'closed' ? 'ready' : 'due'} was sent`;
  return `${offered}, ${formatCount(dropped)} dropped, ${metrics.inFlight.mean.toFixed(1)} in flight (at most ${formatCount(metrics.inFlight.max)})`;
}

function lag(distribution: RunResult['metrics']['generatorLag']): string {
  return `p50 ${percentile(distribution, 'p50')}, p99 ${percentile(distribution, 'p99')}, max ${micros(distribution.max)}`;
}

function generator({ generator: own }: RunResult): string {
  const cpu = own.cpuMicrosPerRequest === null ? '' : `, ${own.cpuMicrosPerRequest.toFixed(1)} µs CPU a request`;
  const memory = own.rssBytesPerConnection === null ? '' : `, ${formatBytes(own.rssBytesPerConnection)} a connection`;
  const gc = `${formatCount(own.gc.count)} collections, longest ${formatMicros(own.gc.maxMicros)}`;
  return `${own.workers} ${own.workers === 1 ? 'worker' : 'workers'}, event loop ${formatPercent(own.eventLoopUtilization)}${cpu}${memory}, ${gc}`;
}

function target({ targetProcess }: RunResult): string {
  if (targetProcess === undefined) return 'its CPU and memory were not measured';
  const cpu =
    targetProcess.cpuMicrosPerRequest === null
      ? ''
      : `, ${targetProcess.cpuMicrosPerRequest.toFixed(1)} µs CPU a request`;
  return `${targetProcess.cpuPercent.toFixed(0)} % of a core${cpu}, ${formatBytes(targetProcess.rssPeakBytes)} at most`;
}

function machine({ environment }: RunResult): string {
  const { steal, cgroup, otherCores } = environment;
  const stolen = steal === null ? 'steal not known' : `steal ${formatPercent(steal)}`;
  const throttled = cgroup.throttledRatio === null ? '' : `, throttled ${formatPercent(cgroup.throttledRatio)}`;
  const others = otherCores == null ? '' : `, other programs ${otherCores.toFixed(2)} cores`;
  return `${environment.class}, ${stolen}${throttled}${others}`;
}

/** How many rules hold; those that do not are lines of their own. */
function certificate({ certificate: entries }: RunResult): [name: string, value: string][] {
  const count = (wanted: RuleVerdict) => entries.filter(({ verdict }) => verdict === wanted).length;
  const known = entries.length - count('unknown');
  const held = count('pass') === known ? `all ${known} rules hold` : `${count('pass')} of ${known} rules hold`;
  const others = (
    [
      ['fail', 'broken'],
      ['warn', 'warned of'],
      ['unknown', 'not known here'],
    ] as const
  )
    .filter(([verdict]) => count(verdict) > 0)
    .map(([verdict, words]) => `, ${count(verdict)} ${words}`);
  return entries.length === 0 ? [] : [['certificate', `${held}${others.join('')}`]];
}

/** What broke a rule of the certificate says it all; behind other findings stand the numbers they have. */
function sentence({ code, message, value, limit }: Finding, { certificate }: RunResult): string {
  if (certificate.some(({ rule }) => rule === code)) return message;
  const numbers = [
    value === undefined ? '' : `measured ${round(value)}`,
    limit === undefined ? '' : `limit ${round(limit)}`,
  ].filter(Boolean);
  return numbers.length === 0 ? message : `${message} (${numbers.join(', ')})`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
