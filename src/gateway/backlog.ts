import { isEnvelope, openEnvelope } from '../wire/envelope.ts';
import { findMember } from '../wire/json-member.ts';
import { readMessage } from '../wire/jsonrpc.ts';
import { methodName } from '../wire/mcp.ts';

/** What a client is told once it has taken what waits for it: of each progress and each list the latest news. */
export class Backlog {
  /** Whole frames, by what would make them needless. */
  readonly #latest = new Map<string, { readonly frame: Buffer; readonly length: number }>();

  /** Keeps a frame whose message lies at `start`; false: it is not of a kind that a later one makes needless. */
  hold(frame: Buffer, start: number, length: number): boolean {
    const subject = subjectOf(frame.subarray(start, start + length));
    if (subject === undefined) return false;
    this.#latest.delete(subject);
    this.#latest.set(subject, { frame, length });
    return true;
  }

  /** Hands out what is held, oldest first. */
  release(send: (frame: Buffer, length: number) => void): void {
    const held = [...this.#latest.values()];
    this.#latest.clear();
    for (const { frame, length } of held) send(frame, length);
  }
}

/** What a notification gives the news of, where only the latest counts. */
function subjectOf(bytes: Buffer): string | undefined {
  const outer = readMessage(bytes);
  const message = isEnvelope(outer) ? openEnvelope(outer).message : outer;
  if (message.kind !== 'notification') return undefined;
  const method = methodName(message);
  if (method.endsWith('/list_changed')) return method;
  const token = method === 'notifications/progress' ? findMember(message.params, 'progressToken') : undefined;
  return Buffer.isBuffer(token) ? `${method} ${token}` : undefined;
}
