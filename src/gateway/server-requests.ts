import type { Answer, Exchange } from '../router/exchange.ts';
import { errorObject, type Message, RpcCode, withId } from '../wire/jsonrpc.ts';
import { type Channel, sendMessage } from './frontend.ts';

/** How long a request waits for a stream to the client, in ms. */
const streamMillis = 10_000;

interface Asked {
  /** The client's request that made the server ask; undefined: none did. */
  readonly cause: Exchange | undefined;
  /** Not sent yet. */
  unsent: Buffer | undefined;
  timer: NodeJS.Timeout;
  readonly settle: (answer: Answer) => void;
}

/**
 * What servers have asked the client of one session and it has not answered. Ids are the gateway's own, so that an answer
 * is the one to this session's request, and counts once.
 */
export class ServerRequests {
  readonly #asked = new Map<number, Asked>();
  readonly #answerMillis: number;

  /** `answerMillis`: how long a client may take. */
  constructor(answerMillis: number) {
    this.#answerMillis = answerMillis;
  }

  /** Sends `request` as `id` over `channel`, or, when there is none, over the first that `opened` is told of in time. */
  ask(request: Message, id: number, channel: Channel | undefined, cause?: Exchange): Promise<Answer> {
    return new Promise((settle) => {
      const timer = this.#limit(id, streamMillis, 'The client has no stream to be asked on');
      const asked = { cause, unsent: withId(request, id), timer, settle };
      this.#asked.set(id, asked);
      if (channel !== undefined) this.#send(id, asked, channel);
    });
  }

  /** There is a stream to the client now. */
  opened(channel: Channel): void {
    for (const [id, asked] of this.#asked) this.#send(id, asked, channel);
  }

  /** Takes a response of the client in; false: to nothing it was asked. */
  answered({ bytes, idStart, idEnd, resultStart, resultEnd, errorStart, errorEnd }: Message): boolean {
    const id = Number(bytes.toString('latin1', idStart, idEnd));
    if (resultStart < 0) return this.#settle(id, { member: 'error', value: bytes.subarray(errorStart, errorEnd) });
    return this.#settle(id, { member: 'result', value: bytes.subarray(resultStart, resultEnd) });
  }

  /** The client's request is over: nobody needs what was asked because of it. */
  causeEnded(cause: Exchange): void {
    for (const [id, asked] of this.#asked)
      if (asked.cause === cause) this.#settle(id, failure('The request it belongs to is over'));
  }

  /** The client is gone. */
  end(): void {
    for (const id of this.#asked.keys()) this.#settle(id, failure('The client is gone'));
  }

  #send(id: number, asked: Asked, channel: Channel): void {
    if (asked.unsent === undefined) return;
    sendMessage(channel, asked.unsent);
    asked.unsent = undefined;
    clearTimeout(asked.timer);
    asked.timer = this.#limit(id, this.#answerMillis, 'The client did not answer in time');
  }

  #limit(id: number, millis: number, text: string): NodeJS.Timeout {
    return setTimeout(() => this.#settle(id, failure(text)), millis);
  }

  #settle(id: number, answer: Answer): boolean {
    const asked = this.#asked.get(id);
    if (asked === undefined) return false;
    this.#asked.delete(id);
    clearTimeout(asked.timer);
    asked.settle(answer);
    return true;
  }
}

/** What a server is told when the client's own answer is not to be had. */
function failure(text: string): Answer {
  return { member: 'error', value: errorObject(RpcCode.internal, text) };
}
