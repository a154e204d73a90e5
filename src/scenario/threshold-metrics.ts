/** What a threshold can be set on. */
export interface ThresholdMetric {
  readonly name: string;
  /** `p` stands for any percentile. The first one is meant when none is written, except where percentiles exist. */
  readonly aggregations: readonly string[];
  readonly selectors: readonly string[];
}

const trend = ['avg', 'min', 'max', 'med', 'p'];
const perExchange = ['scenario', 'operation', 'stage'];

const table: readonly ThresholdMetric[] = [
  { name: 'response_time', aggregations: trend, selectors: perExchange },
  { name: 'target_time', aggregations: trend, selectors: perExchange },
  { name: 'service_time', aggregations: trend, selectors: perExchange },
  { name: 'generator_lag', aggregations: trend, selectors: perExchange },
  { name: 'connect_time', aggregations: trend, selectors: [] },
  { name: 'initialize_time', aggregations: trend, selectors: [] },
  { name: 'throughput', aggregations: ['value'], selectors: perExchange },
  { name: 'requests', aggregations: ['count', 'rate'], selectors: perExchange },
  { name: 'error_rate', aggregations: ['rate'], selectors: perExchange },
  { name: 'checks', aggregations: ['rate'], selectors: ['scenario', 'operation'] },
  { name: 'outcomes', aggregations: ['count', 'rate'], selectors: ['class', ...perExchange] },
];

/** k6's names of what is measured here. */
const aliases: Readonly<Record<string, string>> = {
  http_req_duration: 'response_time',
  http_req_failed: 'error_rate',
  http_reqs: 'requests',
  iteration_duration: 'response_time',
  ws_connecting: 'connect_time',
  errors: 'error_rate',
};

const byName = new Map(table.map((metric) => [metric.name, metric]));

/** By name and by k6's name. */
export const metrics: ReadonlyMap<string, ThresholdMetric> = new Map([
  ...byName,
  ...Object.entries(aliases).map(([alias, name]) => [alias, byName.get(name)!] as const),
]);
