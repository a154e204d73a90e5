import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Environment } from '../results/result.ts';
import type { ScenarioFacts } from './facts.ts';

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * `loopback` where one of the targets shares the cores of this machine, whatever name it was given: its address is one of
 * the loopback or of this machine's interfaces, or it is a command of ours.
 */
export function placementOf(
  facts: readonly Pick<ScenarioFacts, 'address'>[],
  interfaces: Interfaces = networkInterfaces(),
): Environment['placement'] {
  const own = ownAddresses(interfaces);
  const isOwn = (address: string) => own.check(address, familyOf(address));
  return facts.some(({ address }) => address === undefined || isOwn(withoutZone(address))) ? 'loopback' : 'remote';
}

/** `0.0.0.0` and `::` reach this machine, too. */
function ownAddresses(interfaces: Interfaces): BlockList {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8);
  const found = Object.values(interfaces).flatMap((addresses = []) => addresses.map(({ address }) => address));
  for (const address of ['0.0.0.0', '::', '::1', ...found]) own.addAddress(withoutZone(address), familyOf(address));
  return own;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** `fe80::1%eth0` is `fe80::1` of one interface. */
function withoutZone(address: string): string {
  return address.split('%', 1)[0];
}
