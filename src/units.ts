import { McpbError } from './errors.ts';

const seconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
};
const sizes: Readonly<Record<string, number>> = {
  b: 1,
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};
const multiples: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9 };

/** `30s`, `1m30s`, `250ms`; a bare number is seconds. Returns seconds, or undefined when it is not a duration. */
export function durationSeconds(text: string | number): number | undefined {
  if (typeof text === 'number') return finite(text);
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return finite(Number(trimmed));
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, value, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g))
    total += Number(value) * seconds[unit];
  return finite(total);
}

/** `500`, `500/s`, `3000/m`, `10k/s`. Returns arrivals per second, or undefined. */
export function ratePerSecond(text: string | number): number | undefined {
  if (typeof text === 'number') return finite(text);
  const match = /^(\d+(?:\.\d+)?[kmg]?)(?:\/(\d+(?:\.\d+)?)?(ms|s|m|h))?$/i.exec(text.trim());
  if (!match) return undefined;
  const count = amount(match[1]);
  if (count === undefined) return undefined;
  return finite(count / ((match[2] ? Number(match[2]) : 1) * (match[3] ? seconds[match[3].toLowerCase()] : 1)));
}

/** `10000`, `10k`, `1.5M`. Returns the number, or undefined. */
export function amount(text: string | number): number | undefined {
  if (typeof text === 'number') return finite(text);
  const match = /^(\d+(?:\.\d+)?)([kmg])?$/i.exec(text.trim());
  if (!match) return undefined;
  return finite(Number(match[1]) * (match[2] ? multiples[match[2].toLowerCase()] : 1));
}

/** `32KB`, `1MiB` (both binary), a bare number is bytes. Returns bytes, or undefined. */
export function sizeBytes(text: string | number): number | undefined {
  if (typeof text === 'number') return finite(text);
  const match = /^(\d+(?:\.\d+)?)\s*((?:[kmg]i?)?b)?$/i.exec(text.trim());
  if (!match) return undefined;
  return finite(Number(match[1]) * (match[2] ? sizes[match[2].toLowerCase()] : 1));
}

/** The value, or a usage error that names the flag and shows what is accepted. */
export function required<T>(value: T | undefined, flag: string, given: string, example: string): T {
  if (value === undefined)
    throw new McpbError('MCPB_E_USAGE', `${flag}: "${given}" is not understood`, { hint: `write it like ${example}` });
  return value;
}

/** µs → `850 µs`, `2.31 ms`, `1.20 s`, three significant digits. */
export function formatMicros(micros: number): string {
  if (micros < 999.5) return `${Math.round(micros)} µs`;
  if (micros < 999.5e3) return `${significant(micros / 1e3)} ms`;
  return `${significant(micros / 1e6)} s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1023.5) return `${Math.round(bytes)} B`;
  if (bytes < 1023.5 * 2 ** 10) return `${significant(bytes / 1024)} KiB`;
  if (bytes < 1023.5 * 2 ** 20) return `${significant(bytes / 2 ** 20)} MiB`;
  return `${significant(bytes / 2 ** 30)} GiB`;
}

/** Whole numbers with a space every three digits. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

export function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  if (percent === 0) return '0 %';
  return percent < 0.01 ? '<0.01 %' : `${percent < 10 ? percent.toFixed(2) : percent.toFixed(1)} %`;
}

/** Seconds → `45s`, `2m30s`, `1h05m`. */
export function formatDuration(total: number): string {
  if (total < 59.95) return `${Number.isInteger(total) ? total : total.toFixed(1)}s`;
  const whole = Math.round(total);
  const parts = { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60), s: whole % 60 };
  if (parts.h > 0) return `${parts.h}h${String(parts.m).padStart(2, '0')}m`;
  return parts.s === 0 ? `${parts.m}m` : `${parts.m}m${String(parts.s).padStart(2, '0')}s`;
}

function significant(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

/** A quantity must be a number from zero on. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
