import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf } from '../health.ts';
import type { Question, ThreadAnswer } from '../inquiry.ts';
import { censusText } from './census-text.ts';
import { censusPprof, cpuPprof, heapPprof } from './profiles.ts';

/** Asks main and every worker; resolves with the answers that have come within `millis`. */
export type AskThreads = (question: Question, millis: number) => Promise<ThreadAnswer[]>;

const base = '/debug/pprof';
const index = `${base}/profile?seconds=30\n${base}/heap\n${base}/goroutine\n${base}/goroutine?debug=1\n`;
const defaultSeconds = 30;
const maxSeconds = 300;
/** How long threads may take for an answer, in ms; for one that takes work, longer. */
const answerMillis = 1_000;
const profileMillis = 10_000;

/** The paths of Go's profiling server, for the threads of the gateway. */
export class ProfileServer {
  readonly #ask: AskThreads;
  #profiling = false;

  constructor(ask: AskThreads) {
    this.#ask = ask;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    if (request.method !== 'GET') return sendText(response, 405, 'Only GET is served\n');
    if (path === `${base}/profile`) return this.#cpu(response, query.get('seconds'));
    if (path === `${base}/heap`) return this.#heap(response);
    if (path === `${base}/goroutine`) return this.#census(response, query.has('debug') && query.get('debug') !== '0');
    if (path === `${base}/` || path === base) return sendText(response, 200, index);
    return sendText(response, 404, index);
  }

  async #cpu(response: ServerResponse, wanted: string | null): Promise<void> {
    const seconds = wanted === null ? defaultSeconds : Number(wanted);
    if (!(seconds > 0 && seconds <= maxSeconds))
      return sendText(response, 400, `seconds must be more than 0 and at most ${maxSeconds}\n`);
    if (this.#profiling) return sendText(response, 409, 'Another CPU profile is being taken\n');
    this.#profiling = true;
    try {
      const answers = await this.#ask({ kind: 'cpu', seconds }, seconds * 1_000 + profileMillis);
      sendProfile(response, 'cpu', await cpuPprof(answers, seconds));
    } finally {
      this.#profiling = false;
    }
  }

  async #heap(response: ServerResponse): Promise<void> {
    sendProfile(response, 'heap', await heapPprof(await this.#ask({ kind: 'heap' }, profileMillis)));
  }

  async #census(response: ServerResponse, readable: boolean): Promise<void> {
    const answers = await this.#ask({ kind: 'census' }, answerMillis);
    if (!readable) return sendProfile(response, 'goroutine', await censusPprof(answers));
    const threads = answers.flatMap(({ thread, answer }) =>
      answer.kind === 'census' ? [{ thread, census: answer.census }] : [],
    );
    sendText(response, 200, censusText(threads));
  }
}

function sendProfile(response: ServerResponse, name: string, body: Buffer): void {
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${name}.pb.gz"`,
    'content-length': body.length,
  });
  response.end(body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
