import { gatewayEnvelope } from '../wire/envelope.ts';
import { findMember } from '../wire/json-member.ts';
import { replyId } from '../wire/jsonrpc.ts';
import { type Refusal, refusals } from '../wire/mcp.ts';
import { type Channel, refusalError, sendMessage } from './frontend.ts';

const closeBrace = Buffer.from('}');

/** Sends what goes to a client over `plain` in MCP Bridge's envelopes, with the error codes that belong to them. */
export class EnvelopeChannel implements Channel {
  readonly maxReply: number;
  readonly tailroom = 0;
  readonly #plain: Channel;

  constructor(plain: Channel) {
    this.#plain = plain;
    this.maxReply = plain.maxReply;
  }

  headroom(): number {
    return 0;
  }

  /** The id of a reply, or of a request of the server, is the envelope's. */
  send(message: Buffer, _length: number, final: boolean): void {
    const id = final ? replyId(message) : findMember(message, 'id');
    const text = Buffer.isBuffer(id) ? id.toString() : 'null';
    const head = Buffer.from(gatewayEnvelope(text, `${new Date().toISOString().slice(0, 19)}Z`));
    sendMessage(this.#plain, Buffer.concat([head, message, closeBrace]), final);
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].bridge, text);
  }

  abandon(): void {
    this.#plain.abandon();
  }

  pause(): void {
    this.#plain.pause();
  }

  resume(): void {
    this.#plain.resume();
  }
}
