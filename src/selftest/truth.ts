import type { Stalls } from './behaviour.ts';
import type { Interval } from './protocol.ts';

/** Answers of an open schedule, or of a closed loop, against a server of known behaviour: all times in ms. */

/** A server that takes `service` for each request and stalls; `rate` in arrivals per second. */
export interface StallingLoad extends Stalls {
  readonly service: number;
  readonly rate: number;
}

/**
 * A gate in front of a server that takes any number of requests at once, over whole periods with an arrival planned for
 * the instant each stall begins: arrival j of a period (from 0), τ after the one before, takes s + max(0, D − jτ). Of
 * n = periods × N samples the one of nearest rank ⌈pn⌉ is the r-th from the top, r = n − ⌈pn⌉ + 1, and every
 * period has one of each, so that it is that of j = ⌈r / periods⌉ − 1.
 */
export function frozen(p: number, periods: number, { rate, service, stall, period }: StallingLoad): number {
  const samples = Math.round((rate * period) / 1000) * periods;
  const j = Math.ceil((samples - rank(p, samples) + 1) / periods) - 1;
  return service + Math.max(0, stall - (j * 1000) / rate);
}

/**
 * One worker that stalls, ρ = λs: what piled up is worked off at 1 − ρ, so that a share f = D / ((1−ρ)T) of the arrivals
 * waits, evenly between 0 and D:
 *
 *     R_p = s                          where 1 − p ≥ f
 *     R_p = s + D − (1−ρ)(1−p)T        else
 */
export function queued(p: number, { rate, service, stall, period }: StallingLoad): number {
  const idle = 1 - (rate * service) / 1000;
  return service + Math.max(0, stall - idle * (1 - p) * period);
}

/**
 * A closed loop against the gate: of each connection's requests, one a period waits, a share of s / (T − D + s) however
 * many connections there are; above it a percentile shows nothing of the stall.
 */
export function closedLoop(p: number, { service, stall, period }: Omit<StallingLoad, 'rate'>): number {
  return 1 - p >= service / (period - stall + service) ? service : service + stall;
}

/**
 * A process that was stopped, s per request: what is planned during a stop is taken up at its end, and what is then due
 * is sent at its end. Response times of the planned instants, sorted.
 */
export function stopped(planned: readonly number[], stops: readonly Interval[], service: number): number[] {
  const running = (at: number) => stops.find(({ from, to }) => at >= from && at < to)?.to ?? at;
  return planned.map((at) => running(running(at) + service) - at).sort((a, b) => a - b);
}

/** The value of nearest rank. */
export function quantile(sorted: readonly number[], p: number): number {
  return sorted[rank(p, sorted.length) - 1];
}

/** ⌈pn⌉ of a p with at most four decimals. */
function rank(p: number, samples: number): number {
  return Math.max(1, Math.ceil((Math.round(p * 10_000) * samples) / 10_000));
}
