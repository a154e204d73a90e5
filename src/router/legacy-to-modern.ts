import { findMember, replaced, withMembers } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode, readMessage } from '../wire/jsonrpc.ts';
import { MetaKey, modernVersion } from '../wire/modern.ts';
import type { Client } from './client.ts';
import { DeferredWork } from './deferred-work.ts';
import type { Exchange, Work } from './exchange.ts';
import { ForwardedExchange } from './forwarded-exchange.ts';

/** How often a server may want more input for one request. */
const maxRounds = 8;

export type Pass = (exchange: Exchange) => Work | undefined;

/** What is known of the sender of a request. */
export interface Sender extends Client {
  /** What it has asked for with `logging/setLevel`. */
  readonly logLevel: string | undefined;
}

/** Has a modern server serve a legacy client's request; `pass` sends it each request of that. */
export function serveByModern(client: Exchange, sender: Sender, pass: Pass): Work {
  const work = new DeferredWork();
  const send = (round: number, members = ''): void =>
    work.begin(() => {
      const again = (more: string): void => send(round + 1, more);
      return pass(new LegacyToModern(client, modernRequest(client.request, sender, members), round, again));
    });
  send(0);
  return work;
}

/** The result of `initialize` for a server that answered `server/discover` so. */
export function initializedFrom(discovered: Buffer, { protocolVersion }: Client): Buffer {
  const { capabilities, instructions, _meta } = JSON.parse(discovered.toString());
  const serverInfo = _meta?.[MetaKey.serverInfo] ?? { name: 'unknown', version: '0' };
  return Buffer.from(JSON.stringify({ protocolVersion, capabilities, serverInfo, instructions }));
}

/** A legacy client's request as a modern server serves it: what the server wants to know first, the client is asked. */
class LegacyToModern extends ForwardedExchange {
  readonly era = 'modern';
  readonly #round: number;
  readonly #again: (members: string) => void;

  /** `again`: sends the request once more with more members in its parameters. */
  constructor(client: Exchange, request: Message, round: number, again: (members: string) => void) {
    super(client, request);
    this.#round = round;
    this.#again = again;
  }

  override result(value: Buffer): void {
    if (findMember(value, 'resultType')?.toString() === '"input_required"') void this.#ask(value);
    else super.result(value);
  }

  async #ask(value: Buffer): Promise<void> {
    if (this.#round === maxRounds) return super.error(tooManyRounds);
    const { inputRequests = {}, requestState } = JSON.parse(value.toString());
    const keys = Object.keys(inputRequests);
    const answers = await Promise.all(keys.map((key) => this.client.ask(requestOf(inputRequests[key]))));
    const refused = answers.find(({ member }) => member === 'error');
    if (refused !== undefined) return super.error(refused.value);
    const responses = keys.map((key, index) => `${JSON.stringify(key)}:${answers[index].value}`);
    const state = requestState === undefined ? '' : `,"requestState":${JSON.stringify(requestState)}`;
    this.#again(`"inputResponses":{${responses.join(',')}}${state}`);
  }
}

const tooManyRounds = errorObject(RpcCode.internal, `The server wanted more input more than ${maxRounds} times`);

/** A request that stands in a result. */
function requestOf({ method, params }: { method: string; params: unknown }): Message {
  return readMessage(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 0, method, params })));
}

/** The request with what a modern server wants to know of its sender, and more members in its parameters. */
function modernRequest(request: Message, { capabilities, info, logLevel }: Sender, members: string): Message {
  const { bytes, idStart, idEnd, methodStart, methodEnd, params = Buffer.from('{}'), meta } = request;
  const own = [
    `"${MetaKey.protocolVersion}":"${modernVersion}"`,
    `"${MetaKey.clientInfo}":${info}`,
    `"${MetaKey.clientCapabilities}":${capabilities}`,
    ...(logLevel === undefined ? [] : [`"${MetaKey.logLevel}":${JSON.stringify(logLevel)}`]),
  ].join(',');
  const merged =
    meta === undefined ? withMembers(params, `"_meta":{${own}}`) : replaced(params, meta, withMembers(meta, own));
  const all = members === '' ? merged : withMembers(merged, members);
  const id = bytes.toString('utf8', idStart, idEnd);
  const method = bytes.toString('utf8', methodStart, methodEnd);
  return readMessage(
    Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":${method},"params":`), all, Buffer.from('}')]),
  );
}
