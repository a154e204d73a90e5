import type { IncomingMessage, ServerResponse } from 'node:http';

export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Answers `/health` and `/ready`: 200 while the gateway takes work, 503 otherwise. False for any other path. */
export function answerProbe(request: IncomingMessage, response: ServerResponse, ready: boolean): boolean {
  const path = pathOf(request);
  if (path !== '/health' && path !== '/ready') return false;
  sendStatus(response, ready);
  return true;
}

export function sendStatus(response: ServerResponse, healthy: boolean): void {
  const body = JSON.stringify({ status: healthy ? 'ok' : 'unavailable' });
  response.writeHead(healthy ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}
