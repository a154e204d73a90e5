import type { Behaviour, Stalls } from '../behaviour.ts';

/**
 * The gate shuts so long (ms) before each multiple of the period, so that jitter does not decide whether the arrival
 * planned for that very instant is caught; it opens `stall` after it.
 */
const lead = 0.4;

/** The instant at which what comes at `at` is taken up: its own, or when the gate opens. */
export function gate({ stall, period }: Stalls): (at: number) => number {
  return (at) => {
    const opens = Math.floor((at + lead) / period) * period + stall;
    return opens >= stall ? Math.max(at, opens) : at;
  };
}

/** Every request is answered after the same time, but none is taken up while the gate is shut. */
export function freeze({ service, ...stalls }: { readonly service: number } & Stalls): Behaviour {
  const opens = gate(stalls);
  return { busy: false, taken: (request, at) => [{ request, at: opens(at) + service }] };
}
