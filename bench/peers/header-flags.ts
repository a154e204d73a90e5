import { headers } from '../workload.ts';

/** `-H 'Name: value'` for every header of the workload. */
export function headerFlags(flag: string): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [flag, `${name}: ${value}`]);
}
