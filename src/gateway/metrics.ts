import { bridgeMetrics } from './metrics/bridge.ts';
import { gauges } from './metrics/gauges.ts';
import { guideMetrics } from './metrics/guide.ts';
import { type Labels, type SourceName, sources } from './metrics/sources.ts';

/** One name at `/metrics`. */
export interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly views: readonly View[];
}

/** What a metric shows of a source: series that get the same labels are added up, those that get none are left out. */
export interface View {
  readonly source: SourceName;
  /** `backend`: the kind of the gateway's. */
  readonly labels: (own: Labels, backend: string) => Labels | undefined;
}

/** Everything at `/metrics` that threads count. */
export const metrics: readonly Metric[] = [...guideMetrics, ...bridgeMetrics];

/** Everything at `/metrics`. */
export const metricNames: ReadonlySet<string> = new Set([...metrics, ...gauges].map(({ name }) => name));

/** One line of a metric, or one histogram: the series it is the sum of. */
export interface Line {
  readonly labels: Labels;
  readonly parts: { readonly source: SourceName; readonly series: number }[];
}

export function linesOf({ views }: Metric, backend: string): Line[] {
  const lines = new Map<string, Line>();
  for (const { source, labels } of views)
    for (const [series, own] of sources[source].series.entries()) {
      const shown = labels(own, backend);
      if (shown === undefined) continue;
      const key = JSON.stringify(shown);
      const line = lines.get(key) ?? { labels: shown, parts: [] };
      line.parts.push({ source, series });
      lines.set(key, line);
    }
  return [...lines.values()];
}
