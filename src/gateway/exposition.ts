import { Counter, Gauge, Registry } from 'prom-client';
import { type Counters, type HistogramView, mergedHistogram, mergedValue } from './counters.ts';
import { type Gauges, gauges } from './metrics/gauges.ts';
import { latencyBuckets } from './metrics/sources.ts';
import { type Line, linesOf, type Metric, metricNames, metrics } from './metrics.ts';

/** What `wanted` names at `/metrics`, filled from the threads' counters at each scrape. */
export function createExposition(
  threads: readonly Counters[],
  backend: string,
  readGauges: () => Promise<Gauges>,
  wanted: ReadonlySet<string> = metricNames,
): () => Promise<string> {
  const registry = new Registry();
  const histograms: (() => string)[] = [];
  for (const metric of metrics) {
    if (!wanted.has(metric.name)) continue;
    const lines = linesOf(metric, backend);
    if (metric.kind === 'histogram') histograms.push(() => histogramText(metric, lines, threads));
    else register(registry, metric, lines, threads);
  }
  const named = gauges.filter(({ name }) => wanted.has(name));
  const shown = named.map(({ name, help, field }) => {
    const gauge = new Gauge({ name, help, registers: [registry] });
    return (values: Gauges) => gauge.set(values[field]);
  });
  return async () => {
    const values = await readGauges();
    for (const show of shown) show(values);
    return [await registry.metrics(), ...histograms.map((text) => text())].join('\n');
  };
}

/** Counters that are still 0 are left out. */
function register(
  registry: Registry,
  { kind, name, help }: Metric,
  lines: readonly Line[],
  threads: readonly Counters[],
): void {
  const options = { name, help, labelNames: Object.keys(lines[0].labels), registers: [] };
  const read = ({ parts }: Line): number =>
    parts.reduce((total, { source, series }) => total + mergedValue(threads, source, series), 0);
  if (kind === 'gauge') {
    const collect = function (this: Gauge): void {
      for (const line of lines) this.set(line.labels, read(line));
    };
    return registry.registerMetric(new Gauge({ ...options, collect }));
  }
  const collect = function (this: Counter): void {
    this.reset();
    for (const line of lines) {
      const value = read(line);
      if (value > 0) this.inc(line.labels, value);
    }
  };
  registry.registerMetric(new Counter({ ...options, collect }));
}

/** Text format of a histogram that is counted elsewhere: cumulative buckets; lines without a value are left out. */
function histogramText({ name, help }: Metric, lines: readonly Line[], threads: readonly Counters[]): string {
  const texts = lines.flatMap((line) => {
    const { counts, sum } = sumOf(line, threads);
    const own = Object.entries(line.labels).map(([key, value]) => `${key}="${value}"`);
    let total = 0;
    const buckets = counts.map((count, bucket) => {
      total += count;
      return `${name}_bucket{le="${latencyBuckets[bucket] ?? '+Inf'}",${own}} ${total}`;
    });
    return total === 0 ? [] : [...buckets, `${name}_sum{${own}} ${sum}`, `${name}_count{${own}} ${total}`];
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...texts, ''].join('\n');
}

function sumOf({ parts }: Line, threads: readonly Counters[]): HistogramView {
  const [first, ...others] = parts.map(({ source, series }) => mergedHistogram(threads, source, series));
  return others.reduce(
    (total, { counts, sum }) => ({
      counts: total.counts.map((count, bucket) => count + counts[bucket]),
      sum: total.sum + sum,
    }),
    first,
  );
}
