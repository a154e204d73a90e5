import { Counter, Gauge, Registry } from 'prom-client';
import { eras, methods, transports } from '../wire/mcp.ts';
import {
  type Counters,
  errorReasons,
  failureReasons,
  gaugeNames,
  type HistogramView,
  latencyBuckets,
  mergeHistogram,
} from './counters.ts';

/** What a scrape reads besides the workers' counters. */
export interface ProcessReadings {
  /** Processor time of this process since its start, in µs. */
  cpuMicros(): number;
  memoryBytes(): number;
}

type Labels = Record<string, string>;

/** Names and labels of everything at `/metrics`, filled from the workers' counters at each scrape. */
export function createExposition(
  workers: readonly Counters[],
  backend: string,
  readings: ProcessReadings,
): () => Promise<string> {
  const registry = new Registry();
  const sum = (pick: (counters: Counters) => Float64Array, index: number): number =>
    workers.reduce((total, counters) => total + pick(counters)[index], 0);
  const counter = (name: string, help: string, labels: readonly Labels[], pick: (c: Counters) => Float64Array): void =>
    registry.registerMetric(
      new Counter({
        name,
        help,
        labelNames: Object.keys(labels[0]),
        registers: [],
        collect() {
          this.reset();
          for (const [index, label] of labels.entries()) {
            const value = sum(pick, index);
            if (value > 0) this.inc(label, value);
          }
        },
      }),
    );
  const gauge = (name: string, help: string, labels: readonly Labels[], read: (index: number) => number): void =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: Object.keys(labels[0]),
        registers: [],
        collect() {
          for (const [index, label] of labels.entries()) this.set(label, read(index));
        },
      }),
    );
  const histograms: (() => string)[] = [];
  const histogram = (
    name: string,
    help: string,
    labels: readonly Labels[],
    pick: (c: Counters) => Float64Array,
  ): void => {
    histograms.push(() => histogramText(name, help, labels, (index) => mergeHistogram(workers.map(pick), index)));
  };

  const perTransport = transports.map((transport) => ({ transport }));
  const perMethod = transports.flatMap((transport) =>
    eras.flatMap((era) => methods.map((method) => ({ transport, era, method }))),
  );
  const byReason = (reasons: readonly string[]): Labels[] =>
    transports.flatMap((transport) => reasons.map((reason) => ({ transport, reason })));

  counter('mcp_requests_total', 'Requests and notifications received', perMethod, (c) => c.requests);
  counter('mcp_errors_total', 'Requests answered by an error', byReason(errorReasons), (c) => c.errors);
  counter(
    'mcp_connection_failures',
    'Connections refused or cut by the gateway',
    byReason(failureReasons),
    (c) => c.failures,
  );
  histogram('mcp_request_duration_seconds', 'Message parsed to final reply sent', perMethod, (c) => c.durations);
  histogram('mcp_backend_response_time', 'Seconds until the backend answered', [{ backend }], (c) => c.backend);
  histogram(
    'mcp_connection_establishment_duration',
    'Seconds from accept to a usable connection',
    perTransport,
    (c) => c.establishments,
  );
  gauge('mcp_connections_active', 'Open connections', perTransport, (index) => sum((c) => c.connections, index));
  const worker = (name: (typeof gaugeNames)[number]) => () => sum((c) => c.gauges, gaugeNames.indexOf(name));
  gauge('mcp_requests_in_flight', 'Requests without a final reply', [{}], worker('inFlight'));
  gauge('mcp_sessions_active', 'HTTP sessions, as each worker knows them', [{}], () => largest(workers));
  gauge('mcp_late_replies', 'Replies that came after their request was over', [{}], worker('lateReplies'));
  gauge('mcp_memory_usage_bytes', 'Resident memory', [{}], readings.memoryBytes);
  gauge('mcp_cpu_usage_percent', 'Processor time since the last scrape, 100 = one core', [{}], cpuPercent(readings));
  return async () => [await registry.metrics(), ...histograms.map((text) => text())].join('\n');
}

/** Every worker knows every session. */
function largest(workers: readonly Counters[]): number {
  return Math.max(...workers.map((counters) => counters.gauges[gaugeNames.indexOf('sessions')]));
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
  name: string,
  help: string,
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
