/** Words of the format that this version refuses, and words that belong elsewhere: each with what is said of it. */
export const remarks: ReadonlyMap<string, string> = new Map([
  ...['targets', 'config', 'ab'].map((word) => [word, `"${word}" is not supported by this version`] as const),
  ['rate', 'unknown key "rate": it belongs to the executors constant-arrival-rate and connection-arrival'],
  ['timeUnit', 'unknown key "timeUnit": it belongs to the arrival-rate executors'],
  ['startRate', 'unknown key "startRate": it belongs to executor ramping-arrival-rate'],
  ['iterations', 'unknown key "iterations": it belongs to the executors per-vu-iterations and shared-iterations'],
  ['sessions', 'unknown key "sessions": it belongs to executor session-arrival'],
  ['arrival', 'unknown key "arrival": it belongs to the executors whose arrivals come at a rate'],
  ['maxVUs', 'unknown key "maxVUs": it belongs to the executors whose arrivals come at a rate'],
  ['maxDuration', 'unknown key "maxDuration": it belongs to the executors per-vu-iterations and shared-iterations'],
  ['gracefulRampDown', 'unknown key "gracefulRampDown": it belongs to executor ramping-vus'],
  ['weight', 'unknown key "weight": it belongs to the blocks under scenarios'],
  ['startVUs', 'unknown key "startVUs": it belongs to executor ramping-vus'],
  ['stages', 'unknown key "stages": it belongs to the ramping executors and to arrivals of sessions and connections'],
  ['duration', 'unknown key "duration": the stages of this executor have their own durations'],
  ['preAllocatedVUs', 'unknown key "preAllocatedVUs": the connections of an arrival-rate executor are its "vus"'],
]);
