import { MessageKind } from '../wire/reply-scan.ts';
import { SlotState } from './exchanges.ts';
import { readInitializeResult, refusedInitialize } from './initialize.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { Session } from './session.ts';
import type { Connection, OpenFailure } from './transport.ts';

/** The legacy handshake of one connection: `initialize` as an exchange nobody counts, then `notifications/initialized`. */
export class Handshake {
  readonly #run: ScenarioRun;
  /** The exchange that carries `initialize`; −1 while none does. */
  #slot = -1;
  #from = 0;

  constructor(run: ScenarioRun) {
    this.#run = run;
  }

  get slot(): number {
    return this.#slot;
  }

  get underWay(): boolean {
    return this.#slot >= 0;
  }

  /** Sends `initialize`. When it is not under way afterwards, the connection calls `writable` later. */
  begin(session: Session, connection: Connection, now: number): OpenFailure | undefined {
    const { table } = this.#run.engine;
    const slot = table.begin(now, now);
    if (slot < 0) return { reason: 'local', message: 'too many exchanges under way' };
    table.session[slot] = session;
    table.state[slot] = SlotState.sent;
    this.#slot = slot;
    this.#from = now;
    if (!connection.send(this.#run.initializeOperation, slot, table.id(slot))) this.end(now);
    return undefined;
  }

  /** The reply is here. A failure: the target refused. Otherwise the session stands, and the target knows. */
  answered(connection: Connection, kind: MessageKind, text: string, now: number): OpenFailure | undefined {
    const answer = readInitializeResult(text);
    if (kind === MessageKind.error || answer === undefined) return refusedInitialize(text);
    this.end(now);
    this.#run.recorder.run('initialize', now - this.#from);
    connection.initialized(answer.protocolVersion);
    connection.notify('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    return undefined;
  }

  /** Nobody waits for the reply any more. */
  end(now: number): void {
    if (this.#slot >= 0) this.#run.engine.table.withdraw(this.#slot, now);
    this.#slot = -1;
  }
}
