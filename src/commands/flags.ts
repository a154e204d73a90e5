import { Flags, type Interfaces } from '@oclif/core';
import { flagNames, type OverrideKey, type Overrides } from '../scenario/overrides.ts';

const list = { multiple: true, multipleNonGreedy: true } as const;

/** Flags that change a scenario or build an ad-hoc one. */
export const loadFlags = {
  target: Flags.string({
    char: 't',
    description: 'URL (http, ws, tcp, sse+http; https, wss, tcps, sse+https), stdio:COMMAND or bundled',
    helpValue: 'URL',
  }),
  transport: Flags.string({ description: 'websocket, tcp or http, for --target bundled', helpValue: 'NAME' }),
  era: Flags.string({
    description: 'MCP before or from 2026-07-28, or ask (default auto)',
    helpValue: 'legacy|modern|auto',
  }),
  vus: Flags.string({ char: 'u', description: 'virtual users; connections with --rate (default 10)', helpValue: 'N' }),
  duration: Flags.string({ char: 'd', description: 'length of the measured load (default 10s)', helpValue: '30s' }),
  requests: Flags.string({ char: 'n', description: 'stop after so many requests', helpValue: 'N' }),
  rate: Flags.string({ char: 'R', description: 'arrivals, sent when due (open model)', helpValue: '500/s' }),
  stage: Flags.string({ ...list, char: 's', description: 'ramp: time and level', helpValue: '30s:100' }),
  'in-flight': Flags.string({ char: 'p', description: 'outstanding requests per connection', helpValue: 'N' }),
  workers: Flags.string({ char: 'w', description: 'generator threads (default 1)', helpValue: 'N' }),
  warmup: Flags.string({ description: 'load before the measurement (default 3s)', helpValue: '3s' }),
  header: Flags.string({ ...list, char: 'H', description: 'request header', helpValue: "'Name: value'" }),
  timeout: Flags.string({ description: 'limit of one request (default 30s)', helpValue: '30s' }),
  'connect-timeout': Flags.string({ description: 'limit of connecting (default 5s)', helpValue: '5s' }),
  threshold: Flags.string({ ...list, description: 'exit 99 unless it holds', helpValue: "'response_time:p(99)<250'" }),
  token: Flags.string({ description: 'bearer token', helpValue: 'TOKEN' }),
  insecure: Flags.boolean({ char: 'k', description: "take the target's certificate unverified" }),
  cacert: Flags.string({ description: "authorities in place of the system's (PEM)", helpValue: 'FILE' }),
  cert: Flags.string({ description: 'client certificate (PEM)', helpValue: 'FILE' }),
  key: Flags.string({ description: 'its private key (PEM)', helpValue: 'FILE' }),
  backend: Flags.string({ description: 'backend of --target bundled (default echo)', helpValue: 'SPEC' }),
  'local-address': Flags.string({ ...list, description: 'source addresses', helpValue: '127.0.0.2-127.0.0.9' }),
  'max-connections': Flags.string({ description: 'cap of connections (default 10000)', helpValue: 'N' }),
  pacing: Flags.string({ description: 'auto, or spin: poll without a pause', helpValue: 'auto|spin' }),
  tag: Flags.string({ ...list, description: 'kept in the result', helpValue: 'key=value' }),
  env: Flags.string({
    ...list,
    char: 'e',
    description: 'value of a variable the scenario names',
    helpValue: 'NAME=value',
  }),
  speed: Flags.string({ description: 'divide warm-up and stage times, not holds or thinks', helpValue: 'N' }),
};

type LoadFlags = Partial<Interfaces.InferredFlags<typeof loadFlags>>;

/** The flags that were given, under the names scenarios use. */
export function overridesFrom(flags: LoadFlags): Overrides {
  const { stage, header, threshold, tag, ...rest } = flags;
  const named = {
    ...rest,
    inFlight: flags['in-flight'],
    insecure: flags.insecure ? 'true' : undefined,
    connectTimeout: flags['connect-timeout'],
    maxConnections: flags['max-connections'],
    localAddresses: flags['local-address'],
    stages: stage,
    headers: header,
    thresholds: threshold,
    tags: tag,
  };
  const keys = Object.keys(flagNames) as OverrideKey[];
  return Object.fromEntries(keys.filter((key) => named[key] !== undefined).map((key) => [key, named[key]]));
}
