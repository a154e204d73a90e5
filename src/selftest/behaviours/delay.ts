import type { Behaviour } from '../behaviour.ts';

/** Every request is answered after the same time, however many there are. */
export function delay({ service }: { readonly service: number }): Behaviour {
  return { busy: false, taken: (request, at) => [{ request, at: at + service }] };
}
