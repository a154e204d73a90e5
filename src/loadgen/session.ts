import { Outcome } from '../wire/outcome.ts';
import { MessageKind } from '../wire/reply-scan.ts';
import { Backoff } from './backoff.ts';
import { now as clock } from './clock.ts';
import { answeredSlot, answerServerRequest, countedLoss, isModernError, outcomeOf } from './correlation.ts';
import { SlotState } from './exchanges.ts';
import { Handshake } from './handshake.ts';
import { duringInitialize, statusDuringInitialize } from './initialize.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { SessionWaiter } from './session-waiter.ts';
import type { TimerTarget } from './timers.ts';
import type { CloseKind, Connection, ConnectionHandler, Loss, OpenFailure } from './transport.ts';
import { connectTimeout } from './transports/failure.ts';
import { WaitingLine } from './waiting-line.ts';

/**
 * The MCP session of one virtual user, over as many connections as it lives through.
 *
 *     closed ──open──► opening ──connected──► (initializing ──reply──►) ready
 *       ▲                 │ refused, time-out      │ error                │ lost, close
 *       └── after a back-off of 0.1 … 1 s ─────────┴──────────────────────┘
 *
 * Exchanges submitted while it cannot send wait in order of submission.
 */
export class Session implements ConnectionHandler, TimerTarget {
  readonly #run: ScenarioRun;
  readonly #localAddress: string | undefined;
  #state: 'closed' | 'opening' | 'initializing' | 'ready' = 'closed';
  #connection: Connection | undefined;
  #openedAt = 0;
  /** While it is initializing. */
  #handshake: Handshake | undefined;
  readonly #backoff = new Backoff();
  #waiters: SessionWaiter[] = [];
  readonly #waiting: WaitingLine;
  #inFlight = 0;
  #sentOrder = 0;
  #answeredOrder = 0;

  constructor(run: ScenarioRun, localAddress: string | undefined) {
    this.#run = run;
    this.#waiting = new WaitingLine(run.engine.table.lineLinks);
    this.#localAddress = localAddress;
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  /** It is not opened before this instant: the back-off after a failure. */
  get opensFrom(): number {
    return this.#backoff.until;
  }

  /** Opens the session if need be; `waiter` is called when it is ready: at once where it is already. */
  whenReady(waiter: SessionWaiter, now: number): void {
    this.#waiters.push(waiter);
    if (this.#state === 'ready') this.#flushWaiters(now);
    else this.#open(now);
  }

  /** Sends the exchange now or as soon as the target takes it. */
  submit(slot: number, operation: number, now: number): void {
    if (this.#waiting.length === 0 && this.#state === 'ready' && this.#send(slot, operation, now)) return;
    this.#waiting.join(slot);
    if (this.#state !== 'ready') this.#open(now);
    else if (!this.#want()) this.#run.engine.table.limit(slot);
  }

  /** An exchange that was sent is over. */
  settled(now: number): void {
    this.#inFlight--;
    if (this.#waiting.length > 0) this.writable(now);
  }

  close(how: CloseKind, now: number): void {
    this.#leave(how, Outcome.cancelled, now);
  }

  /** Nobody waits for it any more, and it is not opened again. */
  end(now: number): void {
    this.#waiters = [];
    this.close('delete', now);
  }

  /** Nobody waits for this exchange any more. */
  forget(slot: number): void {
    this.#connection?.forget(slot);
    this.#waiting.leave(slot);
    if (this.#waiting.length > 0 && this.#state === 'ready') this.#connection?.want(this.#waiting.length);
  }

  /** Connecting took too long, or the back-off is over. */
  fire(now: number): void {
    const opening = this.#state === 'opening' || this.#state === 'initializing';
    if (opening && now - this.#openedAt > this.#run.plan.connectTimeout - 1) {
      const during = this.#state === 'opening' ? 'opening' : 'initialize';
      this.refused(connectTimeout(this.#run.plan.connectTimeout, during), now);
    } else if (this.#state === 'closed' && this.#waiters.length + this.#waiting.length > 0) this.#open(now);
  }

  connected(upgrade: number, now: number): void {
    this.#run.engine.receiveLag.other(now);
    if (upgrade > 0) this.#run.recorder.run('upgrade', upgrade);
    if (!this.#run.initializes) return this.#becomeReady(now);
    this.#state = 'initializing';
    this.#handshake = new Handshake(this.#run);
    this.#initialize(this.#handshake, now);
  }

  refused(failure: OpenFailure, now: number): void {
    if (this.#state === 'ready') this.#run.connectionClosed(true);
    this.#run.connectionRefused(failure, this.#connection);
    this.#drop('kill');
    this.#backoff.failed(now);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const slot of this.#waiting.takeAll()) this.#run.end(slot, Outcome.connectFailed, now);
    for (const waiter of waiters) waiter.sessionFailed(this.#openedAt, now);
  }

  attemptFailed(failure: OpenFailure): void {
    this.#run.attemptFailed(failure);
  }

  message(slot: number, bytes: Buffer, start: number, end: number, now: number): void {
    const { scanner, recorder, receiveLag } = this.#run.engine;
    const kind = scanner.scan(bytes, start, end);
    if (kind === MessageKind.result || kind === MessageKind.error) {
      const answered = answeredSlot(this.#run.engine, this, slot, kind);
      if (answered >= 0) this.#answered(answered, kind, bytes, start, end, now);
      else if (slot >= 0) this.exchangeLost(slot, 'protocol', now);
    } else if (kind === MessageKind.notification) {
      receiveLag.other(now);
      recorder.counters.notifications++;
    } else if (kind === MessageKind.request) this.#serverRequest(bytes.toString('utf8', start, end));
    else if (slot >= 0) this.exchangeLost(slot, 'protocol', now);
    else {
      this.#connection?.close('kill');
      this.lost('protocol', now);
    }
  }

  slotOf(id: number): number {
    return this.#run.engine.table.slotOf(id);
  }

  httpStatus(slot: number, status: number, bytes: Buffer, start: number, end: number, now: number): void {
    this.#run.engine.receiveLag.other(now);
    if (slot === this.#handshake?.slot) return this.refused(statusDuringInitialize(status), now);
    if (isModernError(this.#run, status, bytes, start, end)) return this.message(slot, bytes, start, end, now);
    if (status >= 200 && status < 300) this.#run.end(slot, Outcome.protocolError, now);
    else if (status !== 404 || !this.#run.initializes) this.#run.endWithStatus(slot, status, now);
    else {
      this.#leave('abandon', Outcome.sessionLost, now);
      if (this.#waiting.length > 0) this.#open(now);
    }
  }

  replyBegan(slot: number, event: boolean, now: number): void {
    this.#run.engine.receiveLag.other(now);
    this.#run.engine.table.replyBegan(slot, now, event);
  }

  exchangeLost(slot: number, loss: Loss, now: number): void {
    if (slot === this.#handshake?.slot) this.refused(duringInitialize(loss), now);
    else this.#run.end(slot, countedLoss(this.#run.engine, loss), now);
  }

  writable(now: number): void {
    while (this.#state === 'ready' && this.#waiting.length > 0) {
      const slot = this.#waiting.first;
      const at = clock();
      if (!this.#send(slot, this.#run.operationOf(slot), at)) return void this.#want();
      this.#waiting.leave(slot);
      this.#run.waited(slot, at);
    }
    if (this.#handshake !== undefined && !this.#handshake.underWay) this.#initialize(this.#handshake, now);
  }

  idleEnded(now: number): void {
    this.#run.endedByTarget(now);
  }

  lost(loss: Loss, now: number): void {
    if (this.#state === 'initializing') return this.refused(duringInitialize(loss), now);
    this.#run.connectionClosed(true);
    if (loss === 'lost') this.#run.endedByTarget(now);
    this.#drop('kill');
    this.#endSent(outcomeOf(loss), now);
    if (this.#waiting.length > 0) this.#open(now);
  }

  grew(by: number): void {
    this.#run.engine.further += by;
  }

  transferred(sent: number, received: number): void {
    this.#run.recorder.counters.bytesSent += sent;
    this.#run.recorder.counters.bytesReceived += received;
  }

  #open(now: number): void {
    if (this.#state !== 'closed') return;
    if (now < this.#backoff.until) {
      this.#run.engine.timers.add(this.#backoff.until, this);
      return;
    }
    this.#state = 'opening';
    this.#openedAt = now;
    this.#run.engine.timers.add(now + this.#run.plan.connectTimeout, this);
    this.#connection = this.#run.transport.open(this, this.#localAddress);
  }

  /** False: one of our own limits keeps the exchange that waits last. */
  #want(): boolean {
    const mayBeSent = this.#run.plan.inFlight - this.#inFlight;
    const wanted = this.#connection!.want(Math.min(this.#waiting.length, mayBeSent));
    return wanted && mayBeSent >= this.#waiting.length;
  }

  #send(slot: number, operation: number, now: number): boolean {
    if (this.#inFlight >= this.#run.plan.inFlight) return false;
    const { table } = this.#run.engine;
    table.state[slot] = SlotState.sent;
    table.order[slot] = ++this.#sentOrder;
    table.sent[slot] = now;
    if (this.#connection!.send(operation, slot, table.id(slot))) {
      this.#run.recorder.sent(table.row[slot]);
      this.#inFlight++;
      return true;
    }
    table.state[slot] = SlotState.waiting;
    table.sent[slot] = 0;
    return false;
  }

  #answered(slot: number, kind: MessageKind, bytes: Buffer, start: number, end: number, now: number): void {
    if (slot === this.#handshake?.slot) return this.#handshakeAnswered(kind, bytes.toString('utf8', start, end), now);
    const { table, receiveLag } = this.#run.engine;
    receiveLag.reply(now, table.sent[slot], table.row[slot]);
    const order = table.order[slot];
    if (order < this.#answeredOrder) this.#run.recorder.counters.outOfOrder++;
    else this.#answeredOrder = order;
    this.#run.answered(slot, kind, bytes, start, end, now);
  }

  #initialize(handshake: Handshake, now: number): void {
    const failure = handshake.begin(this, this.#connection!, now);
    if (failure !== undefined) this.refused(failure, now);
  }

  #handshakeAnswered(kind: MessageKind, text: string, now: number): void {
    const failure = this.#handshake!.answered(this.#connection!, kind, text, now);
    if (failure !== undefined) return this.refused(failure, now);
    this.#handshake = undefined;
    this.#becomeReady(now);
  }

  #becomeReady(now: number): void {
    this.#state = 'ready';
    this.#backoff.succeeded();
    this.#run.connectionOpened();
    this.#flushWaiters(now);
    this.writable(now);
  }

  #flushWaiters(now: number): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.sessionReady(now);
  }

  #serverRequest(text: string): void {
    this.#run.recorder.counters.serverRequests++;
    const answer = answerServerRequest(text, this.#run.facts.era);
    if (answer !== undefined) this.#connection?.notify(answer);
  }

  /** Ends the session; what is on the wire ends with `outcome`. */
  #leave(how: CloseKind, outcome: Outcome, now: number): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'ready') this.#run.connectionClosed(false);
    this.#drop(how);
    this.#endSent(outcome, now);
  }

  #drop(how: CloseKind): void {
    this.#state = 'closed';
    this.#connection?.close(how);
    this.#connection = undefined;
    this.#handshake?.end(performance.now());
    this.#handshake = undefined;
  }

  /** Everything on the wire ends with the connection; what was not sent yet still may be. */
  #endSent(outcome: Outcome, now: number): void {
    for (const slot of this.#run.engine.table.sentBy(this)) this.#run.end(slot, outcome, now);
  }
}
