import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectFailure, failureCode } from '../../src/loadgen/transports/failure.ts';
import { connectionsSection } from '../../src/report/sections/connections.ts';
import { plainStyle } from '../../src/report/style.ts';
import { failureKind } from '../../src/results/failures.ts';
import { syntheticRun } from '../support/results.ts';

/** As libuv, OpenSSL and Node name them, and what they come to. */
const table: readonly (readonly [codes: string, error: string, hint: string])[] = [
  ['EMFILE', 'MCPB_E_FD_LIMIT', 'ulimit -n'],
  ['ENFILE', 'MCPB_E_FD_LIMIT', 'fs.file-max'],
  ['EADDRNOTAVAIL EADDRINUSE', 'MCPB_E_PORTS', '--local-address'],
  ['LOCAL_ADDRESS', 'MCPB_E_PORTS', 'ip -brief address'],
  ['ENOBUFS ENOMEM', 'MCPB_E_UNREACHABLE', 'tcp_mem'],
  ['ECONNREFUSED', 'MCPB_E_UNREACHABLE', 'the target runs'],
  ['ECONNRESET ECONNABORTED EPIPE CLOSED', 'MCPB_E_UNREACHABLE', "the target's log"],
  ['ETIMEDOUT TIMEOUT', 'MCPB_E_UNREACHABLE', '--connect-timeout'],
  ['EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN', 'MCPB_E_UNREACHABLE', 'ip route get'],
  ['EACCES EPERM', 'MCPB_E_UNREACHABLE', 'firewall'],
  ['EAI_AGAIN', 'MCPB_E_DNS', '/etc/resolv.conf'],
  ['ENOTFOUND ENODATA EAI_FAIL EAI_NONAME', 'MCPB_E_DNS', 'getent hosts'],
  ['CERT_HAS_EXPIRED CERT_NOT_YET_VALID', 'MCPB_E_TLS', 'renew it'],
  ['ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH', 'MCPB_E_TLS', 'serverName'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'MCPB_E_TLS', '--cacert'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_REVOKED INVALID_CA', 'MCPB_E_TLS', '--cacert'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'MCPB_E_TLS', '--cert FILE'],
  ['ERR_SSL_WRONG_VERSION_NUMBER EPROTO', 'MCPB_E_TLS', 'http://'],
  ['TLS_PORT', 'MCPB_E_TLS', 'https://'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL ERR_OSSL_EVP_UNSUPPORTED', 'MCPB_E_TLS', 'openssl s_client'],
  ['HTTP_401 HTTP_403', 'MCPB_E_UNAUTHORIZED', '--token'],
  ['HTTP_404 HTTP_503 HANDSHAKE', 'MCPB_E_HANDSHAKE', '--target'],
  ['EWHATEVER', 'MCPB_E_UNREACHABLE', 'address and network'],
];

test.each(table.flatMap(([codes, error, hint]) => codes.split(' ').map((code) => [code, error, hint])))(
  '%s is %s',
  (code, error, hint) => {
    const kind = failureKind(code);
    expect(kind.error).toBe(error);
    expect(kind.hint).toContain(hint);
  },
);

test('every code has an explanation', () => {
  fc.assert(
    fc.property(fc.string(), (code) => {
      const { what, hint } = failureKind(code);
      expect([what, hint]).not.toContain('');
    }),
  );
});

test.each([
  ['EMFILE', 'local'],
  ['EADDRNOTAVAIL', 'local'],
  ['ENOBUFS', 'local'],
  ['ECONNRESET', 'closed'],
  ['ETIMEDOUT', 'timeout'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['ECONNREFUSED', 'refused'],
])('a socket that fails with %s is counted under that code and lies with %s', (code, reason) => {
  const failure = connectFailure(
    Object.assign(new Error(`connect ${code} 127.0.0.1:1; see the manual`), { code }),
    'x',
  );
  expect(failure).toEqual({ reason, code, message: `connect ${code} 127.0.0.1:1` });
  expect(failureCode(failure)).toBe(code);
});

test('the report shows each code with its count, meaning and remedy, the most frequent first', () => {
  const run = syntheticRun();
  const connections = { ...run.metrics.connections, failures: { EMFILE: 2, EADDRNOTAVAIL: 1000, ENOBUFS: 1 } };
  const lines = connectionsSection({ ...run, metrics: { ...run.metrics, connections } }, plainStyle);
  const told = lines.filter((line) => /✗|try:/.test(line)).map((line) => line.trim());
  expect(told.filter((line) => line.startsWith('✗'))).toEqual([
    expect.stringMatching(/^✗ 1\s000 × EADDRNOTAVAIL: no local port left$/),
    '✗ 2 × EMFILE: this process has no file descriptors left',
    '✗ 1 × ENOBUFS: the kernel has no memory left for sockets',
  ]);
  expect(told.filter((line) => line.startsWith('try: '))).toHaveLength(3);
});

test('where clients have several connections each, both are counted', () => {
  const { metrics, ...run } = syntheticRun();
  const { connections } = metrics;
  const heading = (opened: number, count: number) => {
    const connect = { ...connections.connect, count };
    return connectionsSection(
      { ...run, metrics: { ...metrics, connections: { ...connections, opened, connect } } },
      plainStyle,
    )[1];
  };
  expect(heading(10, 10)).toMatch(/^ {2}10 opened, /);
  expect(heading(10, 68)).toMatch(/^ {2}10 clients over 68 connections, /);
});
