/** Times are in ms, k6's unit; rates per second; ratios 0…1. */
export type Aggregation = 'avg' | 'min' | 'max' | 'med' | 'count' | 'rate' | 'value' | `p(${number})`;

export interface Threshold {
  /** As written by the user. */
  readonly expression: string;
  readonly metric: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly aggregation: Aggregation;
  readonly operator: '<' | '<=' | '>' | '>=' | '==' | '!=';
  readonly bound: number;
}

/** What thresholds are evaluated against: undefined means no samples. */
export interface MetricSource {
  value(threshold: Threshold): number | undefined;
}

export interface ThresholdResult {
  readonly expression: string;
  readonly value: number | null;
  readonly passed: boolean;
  readonly noData?: true;
}
