import type { Answerer } from './control-server.ts';
import { answerProbe, pathOf, sendStatus } from './health.ts';

/** What the admin port shows. */
export interface AdminView {
  /** Takes work: not draining. */
  ready(): boolean;
  /** Every worker answers. */
  alive(): boolean;
  metrics(): Promise<string>;
}

/** `/metrics`, `/health`, `/ready`, `/livez`. */
export function adminAnswers(view: AdminView): Answerer {
  return async (request, response) => {
    const path = pathOf(request);
    if (path === '/livez') sendStatus(response, view.alive());
    else if (path === '/metrics') {
      const text = await view.metrics();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    } else if (!answerProbe(request, response, view.ready())) response.writeHead(404).end();
  };
}
