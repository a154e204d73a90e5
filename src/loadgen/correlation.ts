import { Outcome } from '../wire/outcome.ts';
import type { Engine } from './engine.ts';
import { Match } from './exchanges.ts';
import type { Session } from './session.ts';
import type { Loss } from './transport.ts';

/** The exchange of this session that a reply with `id` ends; −1, and counted as what it is, when there is none. */
export function matchedSlot({ table, recorder }: Engine, session: Session, id: number): number {
  const match = table.match(id, session);
  if (match === Match.current) return table.slotOf(id);
  if (match === Match.late) recorder.counters.late++;
  else if (match === Match.duplicate) recorder.counters.duplicate++;
  else recorder.counters.unknownId++;
  return -1;
}

/** `ping` is answered, anything else a client may be asked is not offered by us. */
export function answerServerRequest(text: string): string | undefined {
  try {
    const { id, method } = JSON.parse(text) as { id: string | number; method: string };
    const body = method === 'ping' ? { result: {} } : { error: { code: -32601, message: 'Method not found' } };
    return JSON.stringify({ jsonrpc: '2.0', id, ...body });
  } catch {
    return undefined;
  }
}

export function outcomeOf(loss: Loss): Outcome {
  return loss === 'lost' ? Outcome.connectionLost : Outcome.protocolError;
}
