import { delay } from './behaviours/delay.ts';
import { duplicate } from './behaviours/duplicate.ts';
import { freeze } from './behaviours/freeze.ts';
import { loss } from './behaviours/loss.ts';
import { reorder } from './behaviours/reorder.ts';
import { serial } from './behaviours/serial.ts';

/** A reply to request number `request`, due `at` ms after the start of the schedule. */
export interface Reply {
  readonly request: number;
  readonly at: number;
}

/** When a server of known behaviour replies, as a rule without noise; the server then keeps to it as well as it can. */
export interface Behaviour {
  /**
   * Request number `request` (from 0, in order of arrival) is taken up `at` ms after the start: the replies that become
   * due by this. No reply is due before one that was returned earlier.
   */
  taken(request: number, at: number): readonly Reply[];
  /** The server's thread works until each reply is due, one after the other, instead of waiting. */
  readonly busy: boolean;
}

/** The server takes nothing up for `stall` ms once in `period` ms. */
export interface Stalls {
  readonly stall: number;
  readonly period: number;
}

/** Parameters of a behaviour, sent to the server's process. `service`: ms from taking a request up to its reply. */
export type BehaviourSpec =
  | { readonly kind: 'delay'; readonly service: number }
  | ({ readonly kind: 'freeze'; readonly service: number } & Stalls)
  | ({ readonly kind: 'serial'; readonly service: number } & Stalls)
  | { readonly kind: 'loss' | 'duplicate' | 'reorder'; readonly service: number; readonly every: number };

const behaviours = { delay, freeze, serial, loss, duplicate, reorder } satisfies {
  readonly [K in BehaviourSpec['kind']]: (spec: BehaviourSpec & { readonly kind: K }) => Behaviour;
};

export function behaviourOf(spec: BehaviourSpec): Behaviour {
  return (behaviours[spec.kind] as (spec: BehaviourSpec) => Behaviour)(spec);
}
