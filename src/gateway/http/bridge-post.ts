import { isEnvelope, openEnvelope } from '../../wire/envelope.ts';
import { textOf } from '../../wire/json-member.ts';
import type { Message } from '../../wire/jsonrpc.ts';
import { type Refusal, refusals } from '../../wire/mcp.ts';
import type { Identity } from '../authenticator.ts';
import { refusalError, sendReply } from '../frontend.ts';
import { Post } from './post.ts';

/** One POST of MCP Bridge's: an envelope comes in, a plain message goes out, refusals have its codes. */
export class BridgePost extends Post {
  override refusal(refusal: Refusal, text: string): Buffer {
    const { bridge, status } = refusals[refusal];
    this.code = status;
    return refusalError(refusal, bridge, text);
  }

  /** Its clients know of no streams. */
  override beginEvents(): boolean {
    return false;
  }

  protected override received(outer: Message): void {
    if (!isEnvelope(outer)) return this.#bare(outer);
    const { message, token } = openEnvelope(outer);
    if (token === undefined || !this.plane.auth.required) return this.route(message);
    const identity = this.plane.auth.check(textOf(token));
    if (identity instanceof Promise) identity.then((known) => this.#admit(message, known));
    else this.#admit(message, identity);
  }

  #bare(message: Message): void {
    if (message.kind === 'invalid' && message.fault !== 'shape') this.route(message);
    else this.invalid(400, 'malformed', 'The body must be an envelope with "mcp_payload"');
  }

  /** The token in an envelope has to be the subject's. */
  #admit(message: Message, identity: Identity | undefined): void {
    if (this.over) return;
    if (identity?.subject === this.subject) return this.route(message);
    this.plane.counters.refusedMessage('http', 'unauthorized', 'invalid_message_token');
    sendReply(this, message, 'error', this.refusal('unauthorized', 'auth_token is not valid for this request'));
  }
}
