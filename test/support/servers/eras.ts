import { LegacySessions } from '../../conformance/legacy.ts';
import { modernHandler } from '../../conformance/modern.ts';
import { serveFetch } from './fetch.ts';

/** The conformance fixture's server of one era alone. */
export async function startServerOf(era: 'legacy' | 'modern'): Promise<{ url: string; close(): Promise<void> }> {
  const server = era === 'legacy' ? new LegacySessions(false) : modernHandler(false);
  const fetch = (request: Request): Promise<Response> => server.fetch(request);
  return serveFetch(fetch, () => server.close());
}
