import { z } from 'zod';
import { duration, field, text, time } from '../config/values.ts';
import { McpbError } from '../errors.ts';
import { parseCheck, parsePath } from './checks.ts';
import { fromSchema } from './fields.ts';
import { type Call, callFaults } from './operations.ts';
import type { Expectation, ThinkTime } from './plan.ts';
import { templateWords } from './template.ts';
import { weight } from './values.ts';

/** A step as written, understood. */
export type Step =
  | { readonly type: 'connect' | 'initialize' }
  | { readonly type: 'call'; readonly call: Call }
  | { readonly type: 'mix'; readonly choices: readonly { readonly weight: number; readonly call: Call }[] }
  | { readonly type: 'think'; readonly milliseconds: ThinkTime }
  | { readonly type: 'hold'; readonly milliseconds: number }
  | { readonly type: 'close'; readonly how: 'delete' | 'abandon' | 'kill' };

const checks = z.record(z.string(), z.string()).transform((written, context) =>
  Object.entries(written).flatMap(([name, path]) => {
    try {
      return [parseCheck(name, path)];
    } catch (error) {
      if (!(error instanceof McpbError)) throw error;
      context.issues.push({ code: 'custom', path: [name], message: error.message, input: path });
      return [];
    }
  }),
);

const captureName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'the name of a capture is made of letters, digits and _')
  .refine((name) => !templateWords.includes(name), 'this word means something else in a template');

const captures = z.record(captureName, z.string()).transform((written, context) =>
  Object.entries(written).flatMap(([name, path]) => {
    const parsed = parsePath(path.trim());
    if (parsed) return [{ name, path: parsed }];
    const message = `"${path}" is not a path such as $.result.nextCursor`;
    context.issues.push({ code: 'custom', path: [name], message, input: path });
    return [];
  }),
);

const callKeys = {
  call: text,
  name: text.optional(),
  arguments: z
    .union([z.record(z.string(), z.unknown()), z.literal(fromSchema)], {
      error: `expected a map of arguments, or ${fromSchema}`,
    })
    .optional(),
  capture: captures.optional(),
  as: text.optional(),
  expect: z
    .string()
    .regex(/^(ok|tool_error|rpc_error:-?\d+)$/, 'expected ok, tool_error or rpc_error:CODE')
    .transform((value) => value as Expectation)
    .optional(),
  checks: checks.optional(),
};

type WrittenCall = z.output<z.ZodObject<typeof callKeys>>;

function toCall({ call, ...rest }: WrittenCall): Call {
  return { method: call, ...rest };
}

function refineCall(written: WrittenCall, context: z.RefinementCtx): void {
  for (const { key, message } of callFaults(toCall(written)))
    context.addIssue({ code: 'custom', path: [key], message, input: written });
}

const call = z
  .strictObject(callKeys)
  .superRefine(refineCall)
  .transform((written): Step => ({ type: 'call', call: toCall(written) }));

const choice = z
  .strictObject({ weight: field(weight), ...callKeys })
  .superRefine(refineCall)
  .transform(({ weight: share, ...written }) => ({ weight: share, call: toCall(written) }));

const milliseconds = field(duration).transform(toMillis);

/** A pause: one duration, or a distribution of them. */
export const thinkTime = z.union(
  [
    milliseconds,
    z.strictObject({ exponential: field(time).transform(toMillis) }),
    z
      .strictObject({ uniform: z.tuple([milliseconds, milliseconds], { error: 'expected two durations' }) })
      .refine(({ uniform: [least, most] }) => least <= most, {
        path: ['uniform'],
        error: 'the first duration is the shortest, the second the longest',
      }),
  ],
  { error: 'expected a duration, { exponential: MEAN } or { uniform: [SHORTEST, LONGEST] }' },
);

function toMillis(seconds: number): number {
  return seconds * 1000;
}

const step = z.union(
  [
    z
      .enum(['connect', 'initialize', 'close'])
      .transform((type): Step => (type === 'close' ? { type, how: 'delete' } : { type })),
    call,
    z
      .strictObject({ mix: z.array(choice).min(1, 'expected at least one call') })
      .transform(({ mix }): Step => ({ type: 'mix', choices: mix })),
    z.strictObject({ think: thinkTime }).transform(({ think }): Step => ({ type: 'think', milliseconds: think })),
    z.strictObject({ hold: milliseconds }).transform(({ hold }): Step => ({ type: 'hold', milliseconds: hold })),
    z
      .strictObject({ close: z.enum(['delete', 'abandon', 'kill']) })
      .transform(({ close }): Step => ({ type: 'close', how: close })),
  ],
  { error: 'a step is connect, initialize, close, or a map with one of call, mix, think, hold, close' },
);

/** Position in an iteration: connect, then initialize, then the work, then close; thinking may follow. */
const rank: Readonly<Partial<Record<Step['type'], number>>> = {
  connect: 0,
  initialize: 1,
  call: 2,
  mix: 2,
  hold: 2,
  close: 3,
};

function refineOrder(steps: readonly Step[], context: z.RefinementCtx): void {
  let last = -1;
  for (const [index, { type }] of steps.entries()) {
    const own = rank[type] ?? last;
    if (own < last || (own === last && (type === 'connect' || type === 'initialize' || type === 'close')))
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `${type} cannot stand here: the order is connect, initialize, calls and holds, close`,
      });
    last = Math.max(last, own);
  }
}

/** One iteration of one virtual user. */
export const stepsSchema: z.ZodType<Step[]> = z
  .array(step)
  .min(1, 'expected at least one step')
  .superRefine(refineOrder);
