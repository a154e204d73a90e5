import type { Behaviour, Stalls } from '../behaviour.ts';
import { gate } from './freeze.ts';

/** One request at a time, each by so much work; none is begun while the gate is shut. */
export function serial({ service, ...stalls }: { readonly service: number } & Stalls): Behaviour {
  const opens = gate(stalls);
  let free = 0;
  return {
    busy: true,
    taken: (request, at) => {
      free = opens(Math.max(at, free)) + service;
      return [{ request, at: free }];
    },
  };
}
