import type { Behaviour } from '../behaviour.ts';

interface Every {
  readonly service: number;
  readonly every: number;
}

/** One request in `every` is answered twice at once: the first, and so on. */
export function duplicate({ service, every }: Every): Behaviour {
  return {
    busy: false,
    taken: (request, at) => {
      const reply = { request, at: at + service };
      return request % every === 0 ? [reply, reply] : [reply];
    },
  };
}
