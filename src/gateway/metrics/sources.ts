import { eras, methods, transports } from '../../wire/mcp.ts';
import { causes, errorReasons } from './reasons.ts';

export type Labels = Readonly<Record<string, string>>;

/** Upper bounds of the histograms, in seconds. */
export const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Something a thread counts, in as much detail as any name at `/metrics` shows. */
export interface Source {
  readonly kind: 'number' | 'histogram';
  /** The labels of each of its series, by number. */
  readonly series: readonly Labels[];
  /** Of the threads' values the largest counts, not their sum. */
  readonly largest?: true;
}

export const directions = ['inbound', 'outbound'] as const;
/** How a request ended. */
export const statuses = ['success', 'error'] as const;
export const messageKinds = ['request', 'notification', 'response', 'invalid'] as const;
/** Of the binary framing, by number; 0 stands for those nobody knows. */
export const frameTypes = [
  'unknown',
  'request',
  'response',
  'control',
  'health_check',
  'error',
  'version_negotiation',
  'version_ack',
] as const;
export const collections = ['minor', 'major', 'incremental', 'weak_callbacks', 'other'] as const;

/** Every combination of values, those of the last label next to each other. */
function combinations(labels: Readonly<Record<string, readonly string[]>>): Labels[] {
  return Object.entries(labels).reduce<Labels[]>(
    (sets, [name, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [name]: value }))),
    [{}],
  );
}

const number = (labels: Readonly<Record<string, readonly string[]>> = {}) =>
  ({ kind: 'number', series: combinations(labels) }) as const;
const histogram = (labels: Readonly<Record<string, readonly string[]>> = {}) =>
  ({ kind: 'histogram', series: combinations(labels) }) as const;

/** Everything the gateway's threads count. */
export const sources = {
  requests: number({ transport: transports, era: eras, method: methods }),
  durations: histogram({ transport: transports, era: eras, method: methods, status: statuses }),
  /** Requests answered by an error. */
  errors: number({ transport: transports, reason: errorReasons }),
  errorDurations: histogram({ reason: errorReasons }),
  backend: histogram(),
  /** Connections refused or cut. */
  failures: number({ transport: transports, cause: causes }),
  /** Requests refused on connections that may stay. */
  refusals: number({ transport: transports, cause: causes }),
  establishments: histogram({ transport: transports }),
  accepted: number({ transport: transports }),
  connections: number({ transport: transports }),
  messages: number({ transport: transports, direction: directions, type: messageKinds }),
  bytes: number({ transport: transports, direction: directions }),
  frames: number({ direction: directions, type: frameTypes }),
  inFlight: number(),
  streams: number(),
  hops: number(),
  // Every worker knows every session.
  sessions: { ...number(), largest: true },
  lateReplies: number(),
  recoveries: number({ recovered: ['false', 'true'] }),
  collections: histogram({ kind: collections }),
} as const satisfies Record<string, Source>;

export type SourceName = keyof typeof sources;
