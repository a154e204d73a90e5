/** What a command line or an environment sets, as typed there; everything left out stays as it is. */
export interface Overrides {
  readonly target?: string;
  readonly transport?: string;
  readonly era?: string;
  readonly vus?: string;
  readonly duration?: string;
  readonly requests?: string;
  readonly rate?: string;
  /** `30s:100` each. */
  readonly stages?: readonly string[];
  readonly inFlight?: string;
  readonly workers?: string;
  readonly warmup?: string;
  /** `Name: value` each. */
  readonly headers?: readonly string[];
  readonly timeout?: string;
  readonly connectTimeout?: string;
  readonly thresholds?: readonly string[];
  readonly token?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: string;
  readonly backend?: string;
  readonly localAddresses?: readonly string[];
  readonly maxConnections?: string;
  readonly pacing?: string;
  /** `key=value` each. */
  readonly tags?: readonly string[];
  /** `NAME=value` each: adds to what `${NAME}` may name. */
  readonly env?: readonly string[];
  readonly speed?: string;
}

export type OverrideKey = keyof Overrides;

/** The flag of every key. */
export const flagNames: Readonly<Record<OverrideKey, string>> = {
  target: '--target',
  transport: '--transport',
  era: '--era',
  vus: '--vus',
  duration: '--duration',
  requests: '--requests',
  rate: '--rate',
  stages: '--stage',
  inFlight: '--in-flight',
  workers: '--workers',
  warmup: '--warmup',
  headers: '--header',
  timeout: '--timeout',
  connectTimeout: '--connect-timeout',
  thresholds: '--threshold',
  token: '--token',
  cacert: '--cacert',
  cert: '--cert',
  key: '--key',
  insecure: '--insecure',
  backend: '--backend',
  localAddresses: '--local-address',
  maxConnections: '--max-connections',
  pacing: '--pacing',
  tags: '--tag',
  env: '--env',
  speed: '--speed',
};

const lists: ReadonlySet<OverrideKey> = new Set(['stages', 'headers', 'thresholds', 'localAddresses', 'tags']);

/** `MCPB_VUS`, `MCPB_IN_FLIGHT`, … */
export function environmentName(key: OverrideKey): string {
  return `MCPB_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** What the `MCPB_*` variables set; in a list, one item a line. An empty variable counts as unset. */
export function environmentOverrides(env: NodeJS.ProcessEnv): Overrides {
  const set: Partial<Record<OverrideKey, string | string[]>> = {};
  for (const key of Object.keys(flagNames) as OverrideKey[]) {
    const value = key === 'env' ? undefined : env[environmentName(key)];
    if (value) set[key] = lists.has(key) ? value.split('\n').filter((line) => line.trim() !== '') : value;
  }
  return set as Overrides;
}
