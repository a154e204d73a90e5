import type { CapturePlan } from '../scenario/plan.ts';
import { MissedReplies } from './missed-replies.ts';
import type { Expected } from './operation.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { Session } from './session.ts';
import { type LineLinks, lineLinks } from './waiting-line.ts';

/** Who waits for an exchange: told once, when it ended. */
export interface ExchangeOwner {
  ended(ok: boolean, now: number): void;
  /** Iteration and step that make the exchange: what it carries is drawn for these. */
  readonly number: number;
  readonly step: number;
  /** Takes what the reply holds for later steps. */
  capture(captures: readonly CapturePlan[], values: readonly unknown[]): void;
  captured(name: string): unknown;
}

export const SlotState = { free: 0, waiting: 1, sent: 2 } as const;

/** Ids are ten digits: `firstId + generation × capacity + slot`. */
const firstId = 1_000_000_000;
const idRange = 1_000_000_000;

/**
 * What an id in a reply stands for: an exchange that waits for it, one that had its reply, one that had given up, or none
 * that was ever sent.
 */
export const Match = { current: 0, duplicate: 1, late: 2, unknown: 3 } as const;
export type Match = (typeof Match)[keyof typeof Match];

/**
 * The exchanges of one worker that have begun and not ended, in arrays by slot; nothing is allocated per exchange.
 * A slot's generation tells this exchange's reply from those of the slot's earlier exchanges. Instants in ms.
 */
export class ExchangeTable {
  readonly capacity: number;
  readonly planned: Float64Array;
  readonly released: Float64Array;
  readonly sent: Float64Array;
  /** Limit from the planned instant, ms. */
  readonly timeout: Float64Array;
  readonly row: Int32Array;
  /** Order of sending within the session. */
  readonly order: Float64Array;
  readonly state: Uint8Array;
  readonly owner: (ExchangeOwner | null)[];
  readonly run: (ScenarioRun | null)[];
  readonly session: (Session | null)[];
  readonly operation: (Expected | null)[];
  /** Of those that wait to be sent. */
  readonly lineLinks: LineLinks;
  /** Of replies that come in several parts: instants of the first byte and event. Stale where before `sent`. */
  firstByte: Float64Array | undefined;
  firstEvent: Float64Array | undefined;
  readonly #generation: Int32Array;
  /** 1: waits because of one of our own limits. */
  #limited: Uint8Array | undefined;
  readonly #missed = new MissedReplies();
  readonly #free: Int32Array;
  readonly #generations: number;
  #freeCount: number;
  /** Since `#countedFrom`: instants of ends − instants of beginnings, both relative to it, ms. */
  #timeSpent = 0;
  #countedFrom = 0;
  #most = 0;
  /** Slots at or above were never used: sweeps end here. */
  highWater = 0;

  /** `capacity`: a power of two, at most 2^20. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.planned = new Float64Array(capacity);
    this.released = new Float64Array(capacity);
    this.sent = new Float64Array(capacity);
    this.timeout = new Float64Array(capacity);
    this.order = new Float64Array(capacity);
    this.row = new Int32Array(capacity);
    this.state = new Uint8Array(capacity);
    this.#generation = new Int32Array(capacity).fill(-1);
    this.owner = new Array(capacity).fill(null);
    this.run = new Array(capacity).fill(null);
    this.session = new Array(capacity).fill(null);
    this.operation = new Array(capacity).fill(null);
    this.lineLinks = lineLinks(capacity);
    this.#generations = Math.floor(idRange / capacity);
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
  }

  get used(): number {
    return this.capacity - this.#freeCount;
  }

  /** Requests that were sent and not ended. */
  get onTheWire(): number {
    let count = 0;
    for (let slot = 0; slot < this.highWater; slot++) if (this.state[slot] === SlotState.sent) count++;
    return count;
  }

  /** Takes a slot, −1 when all are taken. */
  begin(planned: number, released: number): number {
    if (this.#freeCount === 0) return -1;
    this.#timeSpent -= released - this.#countedFrom;
    const slot = this.#free[--this.#freeCount];
    if (this.used > this.#most) this.#most = this.used;
    const generation = this.#generation[slot] + 1;
    this.#generation[slot] = generation === this.#generations ? 0 : generation;
    this.planned[slot] = planned;
    this.released[slot] = released;
    this.sent[slot] = 0;
    this.state[slot] = SlotState.waiting;
    if (slot >= this.highWater) this.highWater = slot + 1;
    return slot;
  }

  id(slot: number): number {
    return firstId + this.#generation[slot] * this.capacity + slot;
  }

  /** The slot an id points to; meaningful only with `match`. */
  slotOf(id: number): number {
    return (id - firstId) & (this.capacity - 1);
  }

  match(id: number, session: Session): Match {
    const offset = id - firstId;
    if (!(offset >= 0 && offset < idRange)) return Match.unknown;
    const slot = offset & (this.capacity - 1);
    const generation = Math.floor(offset / this.capacity);
    const current = this.#generation[slot];
    if (generation === current && this.state[slot] !== SlotState.free)
      return this.state[slot] === SlotState.sent && this.session[slot] === session ? Match.current : Match.unknown;
    if (this.#missed.take(id)) return Match.late;
    return generation <= current ? Match.duplicate : Match.unknown;
  }

  /** Whether its time is over: whatever comes at `now` comes too late. */
  isOverdue(slot: number, now: number): boolean {
    return now - this.planned[slot] >= this.timeout[slot];
  }

  /** Slots whose request a session has on the wire. */
  sentBy(session: Session): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.highWater; slot++)
      if (this.session[slot] === session && this.state[slot] === SlotState.sent) slots.push(slot);
    return slots;
  }

  /** Part of the reply is here, `event`: a whole event of a stream. Only what such replies need is allocated. */
  replyBegan(slot: number, now: number, event: boolean): void {
    this.firstByte ??= new Float64Array(this.capacity);
    this.firstEvent ??= new Float64Array(this.capacity);
    const sent = this.sent[slot];
    if (this.firstByte[slot] <= sent) this.firstByte[slot] = now;
    if (event && this.firstEvent[slot] <= sent) this.firstEvent[slot] = now;
  }

  /** The exchange waits because of one of our own limits. */
  limit(slot: number): void {
    this.#limited ??= new Uint8Array(this.capacity);
    this.#limited[slot] = 1;
  }

  /** Whether it did; asked once, when the wait is over. */
  takeLimited(slot: number): boolean {
    if (this.#limited === undefined || this.#limited[slot] === 0) return false;
    this.#limited[slot] = 0;
    return true;
  }

  /** Gives the slot back. `missed`: a reply that still comes is late, not a duplicate. */
  end(slot: number, now: number, missed = false): void {
    this.#timeSpent += now - this.#countedFrom;
    this.state[slot] = SlotState.free;
    if (missed) this.#missed.add(this.id(slot));
    this.owner[slot] = null;
    this.run[slot] = null;
    this.session[slot] = null;
    this.operation[slot] = null;
    this.#free[this.#freeCount++] = slot;
  }

  /** Gives back the slot of a request that is none of the scenario's: its time counts as nobody's. */
  withdraw(slot: number, now: number): void {
    this.end(slot, now);
    this.#timeSpent -= now - this.released[slot];
  }

  /**
   * ∫ exchanges under way dt since the last call (exchange × ms), and the most there were at once. The integral is exact
   * by the instants given to `begin` and `end`, in whatever order those came: from t0 to t1, with n under way at t1,
   *
   *     ∫ = n · (t1 − t0) + Σ (end − t0) − Σ (begin − t0)
   */
  takeInFlight(now: number): { millis: number; most: number } {
    const taken = { millis: this.used * (now - this.#countedFrom) + this.#timeSpent, most: this.#most };
    this.#timeSpent = 0;
    this.#countedFrom = now;
    this.#most = this.used;
    return taken;
  }
}

/** Slots enough for what a plan can have under way at once: a power of two between 1,024 and 2^20. */
export function tableCapacity(exchanges: number): number {
  const wanted = Math.min(2 ** 20, Math.max(1024, exchanges));
  return 2 ** Math.ceil(Math.log2(wanted));
}
