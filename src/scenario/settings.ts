import { z } from 'zod';
import { check } from '../config/validate.ts';
import { count, duration, field, flag, text, textBy, time } from '../config/values.ts';
import { McpbError } from '../errors.ts';
import type { OverrideKey, Overrides } from './overrides.ts';
import { remarks } from './remarks.ts';
import { targetText, transports } from './target.ts';
import { parseThreshold } from './thresholds.ts';
import { addressList, coreCount, eraChoices, headers, level, rate, speed } from './values.ts';

const named = z.record(
  z.string().regex(/^[A-Za-z_][\w.-]*$/, 'a name is made of letters, digits, _ . and -'),
  z.string(),
);

/** What flags, `MCPB_*` variables and `mcpb.config.yaml` may set. */
export const settingsSchema = z
  .strictObject({
    target: textBy(targetText),
    transport: z.enum(transports),
    era: z.enum(eraChoices),
    vus: field(coreCount),
    duration: field(time),
    requests: field(count),
    rate: field(rate),
    stages: z.array(textBy(parseStage)).min(1),
    inFlight: field(count),
    workers: field(coreCount),
    warmup: field(duration),
    headers,
    timeout: field(time),
    connectTimeout: field(time),
    thresholds: z.array(textBy(parseThreshold)),
    token: text,
    cacert: text,
    cert: text,
    key: text,
    insecure: flag,
    backend: text,
    localAddresses: addressList,
    maxConnections: field(count),
    pacing: z.enum(['auto', 'spin']),
    tags: named,
    env: named,
    speed: field(speed),
  })
  .partial();

export type Settings = z.output<typeof settingsSchema>;

/** Reads what was typed; `label` names a key as the user knows it. All faults at once, as McpbError MCPB_E_USAGE. */
export function readSettings(overrides: Overrides, label: (key: OverrideKey) => string): Settings {
  const lines: string[] = [];
  const fault = (key: OverrideKey, message: string): void => void lines.push(`${label(key)}: ${message}`);
  const { headers: headerLines, tags, env, ...plain } = overrides;
  const maps = {
    ...(headerLines && {
      headers: pairs(headerLines, ':', (line) => fault('headers', `"${line}" is not Name: value`)),
    }),
    ...(tags && { tags: pairs(tags, '=', (line) => fault('tags', `"${line}" is not key=value`)) }),
    ...(env && { env: pairs(env, '=', (line) => fault('env', `"${line}" is not NAME=value`)) }),
  };
  const { value, problems } = check({ ...plain, ...maps }, settingsSchema, remarks);
  for (const { path, message } of problems) fault(path[0] as OverrideKey, message);
  if (lines.length > 0 || !value) throw new McpbError('MCPB_E_USAGE', lines.join('\n'));
  return value;
}

function pairs(lines: readonly string[], separator: string, faulty: (line: string) => void): Record<string, string> {
  const result: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(separator);
    if (at < 1) faulty(line);
    else result[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return result;
}

/** `30s:100` → go to 100 over 30 s. Throws McpbError MCPB_E_USAGE. */
function parseStage(written: string): { seconds: number; target: number } {
  const [length, goal, ...rest] = written.split(':');
  const seconds = duration.read(length);
  const target = goal === undefined ? undefined : level.read(goal);
  if (seconds === undefined || target === undefined || rest.length > 0)
    throw new McpbError('MCPB_E_USAGE', `"${written}" is not a stage such as 30s:100`);
  return { seconds, target };
}
