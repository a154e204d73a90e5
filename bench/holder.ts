import { gatewayHolder } from './holders/gateway.ts';
import { k6Holder } from './holders/k6.ts';
import { busySessions, idleSessions, loadHolder } from './holders/mcpb-load.ts';
import { wsHolder } from './holders/ws.ts';
import { echoGateways } from './support/gateways.ts';

/** A process on one end of many WebSocket sessions, whose memory is read while it holds them. */
export interface Holder {
  readonly name: string;
  /** What the sessions do meanwhile. */
  readonly state: string;
  /** The program it needs, where it is not one of this repository's. */
  readonly program?: string;
  /** More sessions than this are not asked of it. */
  readonly most?: number;
  /** Resident memory with so many sessions, all long in their state. */
  residentBytes(sessions: number): Promise<number>;
}

export const holders: readonly Holder[] = [
  loadHolder(idleSessions),
  loadHolder(busySessions),
  wsHolder,
  k6Holder,
  ...echoGateways.map(gatewayHolder),
];

/**
 * What each session adds from `fewer` sessions on. With one only it includes what the process takes up once for its load;
 * with many on both sides such constants cancel out.
 */
export async function bytesPerSession({ residentBytes }: Pick<Holder, 'residentBytes'>, sessions: number, fewer = 1) {
  const before = await residentBytes(fewer);
  return ((await residentBytes(sessions)) - before) / (sessions - fewer);
}
