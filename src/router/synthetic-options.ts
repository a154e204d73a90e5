import { McpbError } from '../errors.ts';
import { durationSeconds, required, sizeBytes } from '../units.ts';

export const distributions = ['constant', 'uniform', 'normal', 'exponential', 'lognormal'] as const;
export type Distribution = (typeof distributions)[number];

/** How the synthetic backend behaves. Times are milliseconds. */
export interface SyntheticOptions {
  /** Mean service time. */
  readonly delay: number;
  /** uniform: half the width of the range; normal and lognormal: standard deviation. */
  readonly jitter: number;
  readonly distribution: Distribution;
  /** Share of requests answered by an error, 0 … 1. */
  readonly errors: number;
  /** Every `every` ms, requests that arrive during the first `length` ms wait until those are over. */
  readonly stall: { readonly length: number; readonly every: number } | undefined;
  /** Bytes of text in a `tools/call` result. */
  readonly size: number;
  readonly tools: number;
  /** Processor time burnt for each request. */
  readonly work: number;
  readonly seed: number;
}

type Settings = { -readonly [K in keyof SyntheticOptions]: SyntheticOptions[K] };

const parsers: { readonly [K in keyof SyntheticOptions]: (text: string, into: Settings) => void } = {
  delay: (text, into) => {
    into.delay = millis('delay', text);
  },
  jitter: (text, into) => {
    into.jitter = millis('jitter', text);
  },
  distribution: (text, into) => {
    into.distribution = required(
      distributions.find((name) => name === text),
      '--backend synthetic, distribution',
      text,
      distributions.join(' | '),
    );
  },
  errors: (text, into) => {
    into.errors = number('errors', text, (value) => value >= 0 && value <= 1, '0.01');
  },
  stall: (text, into) => {
    const [length, every] = text.split('/');
    into.stall = { length: millis('stall', length), every: millis('stall', every ?? '') };
  },
  size: (text, into) => {
    into.size = required(sizeBytes(text), '--backend synthetic, size', text, '1KB');
  },
  tools: (text, into) => {
    into.tools = number('tools', text, (value) => Number.isInteger(value) && value >= 1 && value <= 10_000, '10');
  },
  work: (text, into) => {
    into.work = millis('work', text);
  },
  seed: (text, into) => {
    into.seed = number('seed', text, Number.isInteger, '1');
  },
};

/** `key=value,…` → options. Throws MCPB_E_USAGE. Jitter without a distribution is uniform. */
export function parseSynthetic(text: string): SyntheticOptions {
  const settings: Settings = {
    delay: 0,
    jitter: 0,
    distribution: 'constant',
    errors: 0,
    stall: undefined,
    size: 0,
    tools: 1,
    work: 0,
    seed: 1,
  };
  const pairs = text.split(',').filter((pair) => pair !== '');
  for (const pair of pairs) {
    const [key, value = ''] = pair.split('=', 2);
    if (!isKey(key)) throw unknownKey(key);
    parsers[key](value, settings);
  }
  const named = pairs.some((pair) => pair.startsWith('distribution='));
  if (settings.jitter > 0 && !named) settings.distribution = 'uniform';
  refuseIdleJitter(settings);
  return settings;
}

function refuseIdleJitter({ distribution, jitter }: Settings): void {
  if (jitter > 0 && (distribution === 'constant' || distribution === 'exponential'))
    throw new McpbError('MCPB_E_USAGE', `--backend synthetic: jitter has no effect on distribution=${distribution}`, {
      hint: 'use distribution=uniform, normal or lognormal',
    });
}

function isKey(key: string): key is keyof SyntheticOptions {
  return Object.hasOwn(parsers, key);
}

function unknownKey(key: string): McpbError {
  return new McpbError('MCPB_E_USAGE', `--backend synthetic: there is no key "${key}"`, {
    hint: `the keys are ${Object.keys(parsers).join(', ')}`,
  });
}

function millis(key: string, text: string): number {
  return required(text === '' ? undefined : durationSeconds(text), `--backend synthetic, ${key}`, text, '5ms') * 1000;
}

function number(key: string, text: string, accepts: (value: number) => boolean, example: string): number {
  const value = text === '' ? Number.NaN : Number(text);
  return required(accepts(value) ? value : undefined, `--backend synthetic, ${key}`, text, example);
}
