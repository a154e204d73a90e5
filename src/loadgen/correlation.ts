import type { Era } from '../wire/mcp.ts';
import { Outcome } from '../wire/outcome.ts';
import { MessageKind } from '../wire/reply-scan.ts';
import type { Engine } from './engine.ts';
import { Match } from './exchanges.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { Session } from './session.ts';
import type { Loss } from './transport.ts';

/** The exchange of this session that the scanned reply ends; −1 when there is none. `slot`: what its connection carries. */
export function answeredSlot(engine: Engine, session: Session, slot: number, kind: MessageKind): number {
  return slot < 0 ? matchedSlot(engine, session, engine.scanner.id) : matchedOnConnection(engine, session, slot, kind);
}

/** By its id; counted as what it is when it ends none. */
function matchedSlot({ table, recorder }: Engine, session: Session, id: number): number {
  const match = table.match(id, session);
  if (match === Match.current) return table.slotOf(id);
  if (match === Match.late) recorder.counters.late++;
  else if (match === Match.duplicate) recorder.counters.duplicate++;
  else recorder.counters.unknownId++;
  return -1;
}

/** Over HTTP the connection says which exchange it is; the body must agree, but an error may have lost its id. */
function matchedOnConnection(engine: Engine, session: Session, slot: number, kind: MessageKind): number {
  const { scanner, table } = engine;
  if (kind === MessageKind.error && scanner.id < 0 && !scanner.foreignId) return slot;
  const matched = matchedSlot(engine, session, scanner.id);
  return matched === slot && table.session[slot] === session ? slot : -1;
}

/** A modern server answers what it cannot take with 400 and an unknown method with 404, and says which in the body. */
export function isModernError(
  { facts, engine }: ScenarioRun,
  status: number,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  if (facts.era === 'legacy' || (status !== 400 && status !== 404)) return false;
  return engine.scanner.scan(bytes, start, end) === MessageKind.error;
}

/**
 * `ping` is answered, anything else a client may be asked is not offered by us. Nothing is answered in the modern era,
 * in which servers ask nothing.
 */
export function answerServerRequest(text: string, era: Era): string | undefined {
  if (era === 'modern') return undefined;
  try {
    const { id, method } = JSON.parse(text) as { id: string | number; method: string };
    const body = method === 'ping' ? { result: {} } : { error: { code: -32601, message: 'Method not found' } };
    return JSON.stringify({ jsonrpc: '2.0', id, ...body });
  } catch {
    return undefined;
  }
}

export function outcomeOf(loss: Loss): Outcome {
  return loss === 'protocol' ? Outcome.protocolError : Outcome.connectionLost;
}

/** The same for one exchange over HTTP; those lost on connections that had served are counted besides. */
export function countedLoss({ recorder }: Engine, loss: Loss): Outcome {
  if (loss === 'reused') recorder.counters.lostOnReuse++;
  return outcomeOf(loss);
}
