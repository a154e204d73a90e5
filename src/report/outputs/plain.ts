import type { LiveInterval } from '../../metrics/live.ts';
import type { Plan } from '../../scenario/plan.ts';
import { formatCount, formatDuration, formatMicros } from '../../units.ts';
import type { Output, OutputOptions } from '../output.ts';

/** Columns of a live line: heading and width; all but the second right-aligned. At most 100 characters in all. */
const columns = [
  ['elapsed', 12],
  ['phase', 13],
  ['vus', 6],
  ['conns', 6],
  ['open', 6],
  ['replies/s', 9],
  ['errors', 7],
  ['p50', 8],
  ['p99', 8],
  ['max', 8],
  ['target', 6],
] as const;
const linesPerHeading = 20;
/** Seconds: what a shorter line counted says nothing of a rate. */
const leastOfRate = 0.2;

/** One line a second for logs and plain terminals, under a heading that comes back like vmstat's. */
export class PlainOutput implements Output {
  readonly #options: OutputOptions;
  #lines = 0;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  start(plan: Plan, remarks: readonly string[] = []): void {
    this.#lines = 0;
    const targets = [...new Set(plan.scenarios.map(({ target }) => target.url))].join(', ');
    const speed = plan.speed === 1 ? '' : ` at --speed ${plan.speed}`;
    this.#write(this.#options.style.strong(`${plan.name}${speed} → ${targets}`));
    for (const remark of remarks) this.#write(this.#options.style.warn(`! ${remark}`));
  }

  connecting(standing: number, failure: string | undefined): void {
    const why = failure === undefined ? '' : `, the last attempt failed: ${failure}`;
    this.#write(this.#options.style.faint(`connecting, ${formatCount(standing)} standing so far${why}`));
  }

  interval(interval: LiveInterval): void {
    if (this.#lines % linesPerHeading === 0)
      this.#write(this.#options.style.faint(row(columns.map(([heading]) => heading))));
    this.#lines += 1;
    this.#write(row(cells(interval)));
    for (const note of interval.notes)
      this.#write(this.#options.style.warn(`${' '.repeat(columns[0][1] - 1)}! ${note}`));
  }

  async finish(): Promise<void> {
    this.#write('');
  }

  #write(line: string): void {
    this.#options.stream.write(`${line}\n`);
  }
}

function cells(interval: LiveInterval): string[] {
  return [
    elapsed(interval),
    interval.phase === 'measure' && interval.stage !== '' ? interval.stage : interval.phase,
    formatCount(interval.vus),
    formatCount(interval.connections),
    formatCount(interval.inFlight),
    interval.length < leastOfRate ? '–' : formatCount(interval.completed / interval.length),
    formatCount(interval.errors),
    ...(['p50', 'p99', 'max'] as const).map((key) => latency(interval, key)),
    interval.targetCpuPercent === null ? '–' : `${Math.round(interval.targetCpuPercent)} %`,
  ];
}

const marks = { '>=': '≥', '<=': '≤' } as const;

function latency(interval: LiveInterval, key: 'p50' | 'p99' | 'max'): string {
  const value = interval[key];
  const bound = interval.bounds[key];
  if (value === null) return '–';
  return `${bound === undefined ? '' : marks[bound]}${formatMicros(value)}`;
}

function elapsed({ second, of }: LiveInterval): string {
  if (second < 0) return '–';
  const whole = formatDuration(Math.round(second));
  return of === null ? whole : `${whole}/${formatDuration(Math.round(of))}`;
}

function row(values: readonly string[]): string {
  const padded = values.map((value, index) => {
    const [, width] = columns[index];
    return index === 1 ? clip(value, width).padEnd(width) : value.padStart(width);
  });
  return `${padded.slice(0, 1)}  ${padded.slice(1).join(' ')}`.trimEnd();
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
