import { Counter, Gauge, Registry } from 'prom-client';
import { type Counters, type HistogramView, mergedHistogram, mergedValue } from './counters.ts';
import { type Labels, latencyBuckets, type Metric, type MetricName, metrics } from './metrics.ts';

/** What a scrape reads besides the workers' counters. */
export interface ProcessReadings {
  /** Processor time of this process since its start, in µs. */
  cpuMicros(): number;
  memoryBytes(): number;
}

/** Everything at `/metrics`, filled from the workers' counters at each scrape. */
export function createExposition(
  workers: readonly Counters[],
  backend: string,
  readings: ProcessReadings,
): () => Promise<string> {
  const registry = new Registry();
  const histograms: (() => string)[] = [];
  for (const name of Object.keys(metrics) as MetricName[]) {
    const metric: Metric = metrics[name];
    const labels = metric.series.map((own) => (metric.perBackend ? { ...own, backend } : own));
    if (metric.kind === 'histogram')
      histograms.push(() => histogramText(metric, labels, (series) => mergedHistogram(workers, name, series)));
    else register(registry, metric, labels, (series) => mergedValue(workers, name, series));
  }
  const gauge = (name: string, help: string, read: () => number): void =>
    register(registry, { kind: 'gauge', name, help, series: [{}] }, [{}], read);
  gauge('mcp_memory_usage_bytes', 'Resident memory', readings.memoryBytes);
  gauge('mcp_cpu_usage_percent', 'Processor time since the last scrape, 100 = one core', cpuPercent(readings));
  return async () => [await registry.metrics(), ...histograms.map((text) => text())].join('\n');
}

/** Counters that are still 0 are left out. */
function register(
  registry: Registry,
  { kind, name, help }: Metric,
  labels: readonly Labels[],
  read: (series: number) => number,
): void {
  const options = { name, help, labelNames: Object.keys(labels[0]), registers: [] };
  if (kind === 'gauge') {
    const collect = function (this: Gauge): void {
      for (const [series, label] of labels.entries()) this.set(label, read(series));
    };
    return registry.registerMetric(new Gauge({ ...options, collect }));
  }
  const collect = function (this: Counter): void {
    this.reset();
    for (const [series, label] of labels.entries()) {
      const value = read(series);
      if (value > 0) this.inc(label, value);
    }
  };
  registry.registerMetric(new Counter({ ...options, collect }));
}

function cpuPercent(readings: ProcessReadings): () => number {
  let lastMicros = readings.cpuMicros();
  let lastMillis = performance.now();
  return () => {
    const micros = readings.cpuMicros();
    const millis = performance.now();
    const percent = (micros - lastMicros) / (millis - lastMillis) / 10;
    lastMicros = micros;
    lastMillis = millis;
    return percent;
  };
}

/** Text format of a histogram that is counted elsewhere: cumulative buckets; series without a value are left out. */
function histogramText(
  { name, help }: Metric,
  labels: readonly Labels[],
  view: (index: number) => HistogramView,
): string {
  const lines = labels.flatMap((label, index) => {
    const { counts, sum } = view(index);
    const own = Object.entries(label).map(([key, value]) => `${key}="${value}"`);
    let total = 0;
    const buckets = counts.map((count, bucket) => {
      total += count;
      return `${name}_bucket{le="${latencyBuckets[bucket] ?? '+Inf'}",${own}} ${total}`;
    });
    return total === 0 ? [] : [...buckets, `${name}_sum{${own}} ${sum}`, `${name}_count{${own}} ${total}`];
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
}
