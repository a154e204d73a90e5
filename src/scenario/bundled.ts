import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export interface BundledScenario {
  readonly name: string;
  readonly description: string;
  readonly path: string;
}

/** In the order they are listed in. */
export const bundledNames: readonly string[] = [
  'smoke',
  'ramp-5k',
  'http-400',
  'connect-request-close',
  'ws-1k',
  'ws-5k',
  'ws-10k',
  'tcp-1k',
  'tcp-5k',
  'tcp-10k',
  'limit-gateway',
  'latency-ws',
  'latency-tcp',
  'latency-http',
  'mix',
  'sessions',
  'storm',
  'soak',
];

export function bundledPath(name: string): string {
  return fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url));
}

export function bundledScenarios(): BundledScenario[] {
  return bundledNames.map((name) => {
    const path = bundledPath(name);
    const { description } = parse(readFileSync(path, 'utf8')) as { description: string };
    return { name, description, path };
  });
}
