import { z } from 'zod';
import { McpbError } from '../errors.ts';
import { amount, durationSeconds } from '../units.ts';

/** One way to read a value that a person writes, the same in files, environment and flags. */
export interface Reader<T> {
  /** Undefined when the text is not understood. */
  readonly read: (text: string | number) => T | undefined;
  /** Completes the sentence `"x" is not …`. */
  readonly what: string;
}

export const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined;
const whole = (value: number | undefined): number | undefined => (Number.isSafeInteger(value) ? value : undefined);

export const duration: Reader<number> = { read: durationSeconds, what: 'a duration such as 30s or 250ms' };
export const time: Reader<number> = {
  read: (text) => positive(durationSeconds(text)),
  what: 'a duration above zero such as 30s or 250ms',
};
export const count: Reader<number> = {
  read: (text) => positive(whole(amount(text))),
  what: 'a whole number above zero',
};

export const text = z.string().min(1, 'expected a text that is not empty');

/** A schema of what a reader reads. */
export function field<T>({ read, what }: Reader<T>) {
  return z.union([z.number(), z.string()], { error: `expected ${what}` }).transform((value, context) => {
    const result = read(value);
    if (result !== undefined) return result;
    context.issues.push({ code: 'custom', message: `"${value}" is not ${what}`, input: value });
    return z.NEVER;
  });
}

/** A schema of a text that `parse` takes; what it throws as McpbError becomes the fault. */
export function textBy<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof McpbError)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: text });
      return z.NEVER;
    }
  });
}

/** Yes or no, as a file or a variable says it. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], { error: 'expected true or false' })
  .transform((value) => value === true || value === 'true');
