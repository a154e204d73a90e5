import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { count, field, positive, type Reader } from '../config/values.ts';
import { amount, ratePerSecond } from '../units.ts';
import { eras } from '../wire/mcp.ts';

export const rate: Reader<number> = { read: (text) => positive(ratePerSecond(text)), what: 'a rate such as 500/s' };
export const level: Reader<number> = { read: amount, what: 'a level such as 100' };
export const weight: Reader<number> = {
  read: (value) => positive(Number.isFinite(Number(value)) ? Number(value) : undefined),
  what: 'a weight above zero',
};
export const speed: Reader<number> = { read: (text) => positive(amount(text)), what: 'a number above zero' };

/** A count, or `cores` (one per core), or `cores:12` (one per core, 12 at most). */
export type CoreCount = number | `cores` | `cores:${number}`;

export const coreCount: Reader<CoreCount> = {
  read: (text) => (/^cores(:[1-9]\d*)?$/.test(String(text)) ? (text as CoreCount) : count.read(text)),
  what: 'a whole number above zero, cores, or cores:12 (one per core, at most 12)',
};

export function countOn(cores: number, value: CoreCount): number {
  if (typeof value === 'number') return value;
  return value === 'cores' ? cores : Math.min(cores, Number(value.slice('cores:'.length)));
}

/** `127.0.0.2` or `127.0.0.2-127.0.0.9`: every address of the range. */
const addresses: Reader<readonly string[]> = {
  read: (text) => {
    const [first, last, ...rest] = String(text).split('-');
    if (rest.length > 0 || isIP(first) === 0) return undefined;
    return last === undefined ? [first] : addressRange(first, last);
  },
  what: 'an address, or a range of at most 1024 such as 127.0.0.2-127.0.0.9',
};

function addressRange(first: string, last: string): string[] | undefined {
  if (!isIPv4(first) || !isIPv4(last)) return undefined;
  const from = addressNumber(first);
  const length = addressNumber(last) - from + 1;
  if (length < 1 || length > 1024) return undefined;
  return Array.from({ length }, (_, n) => [24, 16, 8, 0].map((shift) => ((from + n) >>> shift) & 255).join('.'));
}

function addressNumber(address: string): number {
  return address.split('.').reduce((total, part) => total * 256 + Number(part), 0);
}

/** What may be said of an era. */
export const eraChoices = ['auto', ...eras] as const;

const ownHeader = /^(content-length|transfer-encoding|connection|upgrade|sec-websocket-.*)$/i;
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'not a header name')
  .refine((name) => !ownHeader.test(name), 'this header is written by the client itself');
const headerValue = z.string().regex(/^[^\r\n\0]*$/, 'a header value is one line');

export const headers = z.record(headerName, headerValue);

/** Addresses and ranges of addresses, as one list. */
export const addressList: z.ZodType<string[]> = z.array(field(addresses)).transform((lists) => lists.flat());
