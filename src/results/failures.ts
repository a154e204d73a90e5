import type { ErrorCode } from '../errors.ts';

/** What is known of one way in which connecting fails. */
export interface FailureKind {
  /** The error it is while the target has not answered once. */
  readonly error: ErrorCode;
  readonly what: string;
  /** What to try next. */
  readonly hint: string;
  /** This machine has run out of something: the target had no part in it. */
  readonly exhausted?: true;
}

const certificate = 'MCPB_E_TLS';
const trust = '--cacert FILE names the authority that signed it; -k takes any certificate';

/**
 * By code: the system's (`EMFILE`), OpenSSL's (`CERT_HAS_EXPIRED`, `ERR_SSL_…`), or where neither gave one ours: `HTTP_503`,
 * `HANDSHAKE`, `CLOSED`, `TIMEOUT`, `TLS_PORT`, `LOCAL_ADDRESS`. The first pattern that fits counts; the last fits everything.
 */
const kinds: readonly (readonly [codes: RegExp, kind: FailureKind])[] = [
  [
    /^EMFILE$/,
    {
      error: 'MCPB_E_FD_LIMIT',
      what: 'this process has no file descriptors left',
      exhausted: true,
      hint: 'raise the limit of open files (`sudo prlimit --pid $$ --nofile=65536`, as root `ulimit -n 65536`), or use fewer connections',
    },
  ],
  [
    /^ENFILE$/,
    {
      error: 'MCPB_E_FD_LIMIT',
      what: 'this machine has no file descriptors left',
      exhausted: true,
      hint: 'raise `sysctl -w fs.file-max=…`, or use fewer connections',
    },
  ],
  [
    /^EADDR(NOTAVAIL|INUSE)$/,
    {
      error: 'MCPB_E_PORTS',
      what: 'no local port left',
      exhausted: true,
      hint: 'spread the connections over addresses of this machine: --local-address 127.0.0.2-127.0.0.9',
    },
  ],
  [
    /^LOCAL_ADDRESS$/,
    {
      error: 'MCPB_E_PORTS',
      what: 'not a source address of this machine',
      hint: 'give --local-address addresses that `ip -brief address` shows; all of 127.0.0.0/8 are the loopback',
    },
  ],
  [
    /^(ENOBUFS|ENOMEM)$/,
    {
      error: 'MCPB_E_UNREACHABLE',
      what: 'the kernel has no memory left for sockets',
      exhausted: true,
      hint: 'use fewer connections, or raise `sysctl net.ipv4.tcp_mem`',
    },
  ],
  [
    /^ECONNREFUSED$/,
    {
      error: 'MCPB_E_UNREACHABLE',
      what: 'nothing listens there',
      hint: 'see that the target runs and that address and port are its own',
    },
  ],
  [
    /^(ECONNRESET|ECONNABORTED|EPIPE|CLOSED)$/,
    {
      error: 'MCPB_E_UNREACHABLE',
      what: 'the target closed the connection before it was usable',
      hint: "the target's log says why: a limit of connections, another protocol on this port, a client certificate it wants (--cert, --key)",
    },
  ],
  [
    /^(ETIMEDOUT|TIMEOUT)$/,
    {
      error: 'MCPB_E_UNREACHABLE',
      what: 'connecting timed out',
      hint: 'connect more slowly (connectRate) or raise --connect-timeout; a firewall that drops packets or a full backlog (net.core.somaxconn) looks the same',
    },
  ],
  [
    /^E(HOST|NET)(UNREACH|DOWN)$/,
    {
      error: 'MCPB_E_UNREACHABLE',
      what: 'there is no route to it',
      hint: 'check the address and `ip route get ADDRESS`',
    },
  ],
  [
    /^(EACCES|EPERM)$/,
    {
      error: 'MCPB_E_UNREACHABLE',
      what: 'this machine does not allow the connection',
      hint: 'look for a rule of the local firewall or sandbox',
    },
  ],
  [
    /^EAI_AGAIN$/,
    {
      error: 'MCPB_E_DNS',
      what: 'the name servers do not answer',
      hint: 'check /etc/resolv.conf and the network, then try again',
    },
  ],
  [
    /^(ENOTFOUND|ENODATA|EAI_.*)$/,
    {
      error: 'MCPB_E_DNS',
      what: 'there is no such host',
      hint: 'check the spelling of the host; `getent hosts NAME` asks as we do',
    },
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    {
      error: certificate,
      what: "the target's certificate is not valid now",
      hint: 'renew it, or see to the clock of this machine; -k takes any certificate',
    },
  ],
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    {
      error: certificate,
      what: "the target's certificate is for another name",
      hint: 'write the target with a name its certificate has, or give that name as `tls: { serverName: … }`; -k takes any certificate',
    },
  ],
  [
    /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    { error: certificate, what: "the target's certificate is signed by itself", hint: trust },
  ],
  [
    /^(UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN$)/,
    { error: certificate, what: "the target's certificate is of an authority that is not known here", hint: trust },
  ],
  [
    /^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/,
    {
      error: certificate,
      what: 'the target wants a client certificate, or another one',
      hint: 'give it with --cert FILE and --key FILE',
    },
  ],
  [
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST)|EPROTO)$/,
    {
      error: certificate,
      what: 'the target does not speak TLS on this port',
      hint: 'write the target with http://, ws:// or tcp://, or give its TLS port',
    },
  ],
  [
    /^TLS_PORT$/,
    {
      error: certificate,
      what: 'the target speaks TLS on this port',
      hint: 'write it with https://, wss:// or tcps://',
    },
  ],
  [
    /^ERR_(SSL|TLS|OSSL)_/,
    {
      error: certificate,
      what: 'no TLS connection comes about',
      hint: 'compare with `openssl s_client -connect HOST:PORT`',
    },
  ],
  [
    /CERT|^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNSPECIFIED)$/,
    { error: certificate, what: "the target's certificate does not pass verification", hint: trust },
  ],
  [
    /^HTTP_40[13]$/,
    { error: 'MCPB_E_UNAUTHORIZED', what: 'it refuses us', hint: 'give the token with --token, or a header with -H' },
  ],
  [
    /^MODERN_ONLY$/,
    {
      error: 'MCPB_E_HANDSHAKE',
      what: 'it speaks only the modern era of MCP',
      hint: 'leave --era legacy out, or ask for the other one: --era modern',
    },
  ],
  [
    /^HTTP_3\d\d$/,
    {
      error: 'MCPB_E_HANDSHAKE',
      what: 'it redirects',
      hint: 'redirects are not followed: give the address it points to as --target',
    },
  ],
  [
    /^(HTTP_\d+|HANDSHAKE)$/,
    {
      error: 'MCPB_E_HANDSHAKE',
      what: 'it answers, but not as an MCP server does',
      hint: 'check the path and the transport of --target (http://…/mcp, ws://…/mcp, tcp://…)',
    },
  ],
  [/^/, { error: 'MCPB_E_UNREACHABLE', what: 'the connection fails', hint: 'check address and network' }],
];

export function failureKind(code: string): FailureKind {
  return kinds.find(([codes]) => codes.test(code))![1];
}
