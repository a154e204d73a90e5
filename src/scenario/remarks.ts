/** Words of the format that this version refuses, and words that belong elsewhere: each with what is said of it. */
export const remarks: ReadonlyMap<string, string> = new Map([
  ...[
    'targets',
    'era',
    'config',
    'tls',
    'iterations',
    'arrival',
    'maxVUs',
    'sessions',
    'weight',
    'capture',
    'fromSchema',
    'data',
    'ab',
    'abortOnFail',
    'per-vu-iterations',
    'shared-iterations',
    'session-arrival',
    'connection-arrival',
  ].map((word) => [word, `"${word}" is not supported by this version`] as const),
  ['rate', 'unknown key "rate": it belongs to executor constant-arrival-rate'],
  ['timeUnit', 'unknown key "timeUnit": it belongs to the arrival-rate executors'],
  ['startRate', 'unknown key "startRate": it belongs to executor ramping-arrival-rate'],
  ['startVUs', 'unknown key "startVUs": it belongs to executor ramping-vus'],
  ['stages', 'unknown key "stages": it belongs to the ramping executors'],
  ['duration', 'unknown key "duration": the stages of this executor have their own durations'],
  ['preAllocatedVUs', 'unknown key "preAllocatedVUs": the connections of an arrival-rate executor are its "vus"'],
]);

const template = /\{\{.*?\}\}/;

export function templateRemark(text: string): string | undefined {
  const found = template.exec(text);
  return found ? `templates (${found[0]}) are not supported by this version` : undefined;
}
