import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { authority } from '../pki.ts';
import type { TransportCase } from './serve.ts';

const trusted = await authority();
const identity = await trusted.leaf();
setDefaultCACertificates([...getCACertificates('default'), trusted.cert]);

/** The same server over TLS, with a certificate that this process trusts. */
export function overTls(start: TransportCase['start']): TransportCase['start'] {
  return (options) => start({ tls: identity, ...options });
}
