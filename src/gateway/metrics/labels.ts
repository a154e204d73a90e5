import type { Method } from '../../wire/mcp.ts';
import type { Labels } from './sources.ts';

/** Methods with a histogram of their own: there are to be no more than 2,000 series in all. */
const common: ReadonlySet<string> = new Set<Method>(['initialize', 'tools/list', 'tools/call', 'resources/read']);

export function commonMethod(method: string): string {
  return common.has(method) ? method : 'other';
}

/** Keeps these labels. */
export function by(...names: string[]): (own: Labels) => Labels {
  return (own) => Object.fromEntries(names.map((name) => [name, own[name]]));
}

export function none(): Labels {
  return {};
}
