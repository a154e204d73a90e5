import type { Behaviour, Reply } from '../behaviour.ts';

interface Every {
  readonly service: number;
  readonly every: number;
}

/** One request in `every` is answered right behind the one that follows it: the first, and so on. */
export function reorder({ service, every }: Every): Behaviour {
  let held: number | undefined;
  return {
    busy: false,
    taken: (request, at) => {
      if (request % every === 0) {
        held = request;
        return [];
      }
      const replies: Reply[] = [{ request, at: at + service }];
      if (held !== undefined) replies.push({ request: held, at: at + service });
      held = undefined;
      return replies;
    },
  };
}
