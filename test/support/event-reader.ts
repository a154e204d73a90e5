/** One block of a stream of events, as it stands there. */
export interface Block {
  readonly id: string | undefined;
  readonly data: string | undefined;
  readonly text: string;
}

/** Reads the body of a response block by block; a client of SSE that shares no code with the product. */
export class EventReader {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error('the response has no body');
    this.response = response;
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves with undefined at the end of the stream. */
  async next(): Promise<Block | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const text = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return { id: /^id: (.*)$/m.exec(text)?.[1], data: /^data: (.*)$/m.exec(text)?.[1], text };
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** The next one that carries a message. */
  async message(): Promise<Block> {
    for (;;) {
      const block = await this.next();
      if (block === undefined) throw new Error('the stream has ended');
      if (block.data) return block;
    }
  }

  /** Leaves without waiting for the end. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}
