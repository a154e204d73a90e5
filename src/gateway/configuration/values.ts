import type { z } from 'zod';
import { count, field, flag, positive, time } from '../../config/values.ts';
import { sizeBytes } from '../../units.ts';

/** What the documents and the JSON Schema say of a key: what it does, and what holds without it. */
export function key<T extends z.ZodType>(schema: T, description: string, without?: string | number | boolean) {
  return schema.optional().describe(without === undefined ? description : `${description}. Default: ${without}`);
}

const sizeSchema = field({
  read: (given) => {
    const bytes = positive(sizeBytes(given));
    return bytes === undefined ? undefined : Math.ceil(bytes);
  },
  what: 'a size such as 32KB',
});
const timeSchema = field(time).transform((seconds) => seconds * 1000);
const countSchema = field(count);

/** Bytes. */
export const size = (description: string, without?: string) => key(sizeSchema, description, without);
/** Milliseconds. */
export const millis = (description: string, without?: string) => key(timeSchema, description, without);
export const whole = (description: string, without?: number) => key(countSchema, description, without);
export const yes = (description: string, without?: boolean) => key(flag, description, without);
