/** Cipher suites by the names they are registered under (IANA), with OpenSSL's where that differs. */
const openssl = {
  TLS_AES_128_GCM_SHA256: undefined,
  TLS_AES_256_GCM_SHA384: undefined,
  TLS_CHACHA20_POLY1305_SHA256: undefined,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
} as const;

export type Suite = keyof typeof openssl;
export const suites = Object.keys(openssl) as readonly Suite[];

export const curves = ['X25519', 'P-256', 'P-384', 'P-521'] as const;
export type Curve = (typeof curves)[number];

/** Those of a version of TLS that none is named of are all there: naming some of 1.3 does not end 1.2. */
export function completed(named: readonly Suite[]): readonly Suite[] {
  const missing = [isOf13, (suite: Suite) => !isOf13(suite)].filter((belongs) => !named.some(belongs));
  return [...named, ...missing.flatMap((belongs) => suites.filter(belongs))];
}

export function opensslCiphers(wanted: readonly Suite[]): string {
  return wanted.map((suite) => openssl[suite] ?? suite).join(':');
}

function isOf13(suite: Suite): boolean {
  return openssl[suite] === undefined;
}
