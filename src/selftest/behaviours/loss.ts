import type { Behaviour } from '../behaviour.ts';

interface Every {
  readonly service: number;
  readonly every: number;
}

/** One request in `every` is never answered: the first, and so on. */
export function loss({ service, every }: Every): Behaviour {
  return {
    busy: false,
    taken: (request, at) => (request % every === 0 ? [] : [{ request, at: at + service }]),
  };
}
