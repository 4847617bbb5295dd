import { formatDuration, type Milliseconds } from '../core/duration.ts';
import { errorCode } from '../core/errors.ts';
import { REASONS, type Reason } from '../core/reasons.ts';
import type { Phase } from './phase-timer.ts';

/** Why a probe did not come to its end: a reason from the closed list and a sentence for people. */
export interface Failure {
  readonly reason: Reason;
  /** At most 200 characters, without control characters, header values and query strings. */
  readonly message: string;
}

/** A failure with what there is to add to its reason's own sentence, in brackets. */
export function failure(reason: Reason, detail?: string): Failure {
  const { text } = REASONS[reason];
  return { reason, message: shortMessage(detail === undefined ? text : `${text} (${detail})`) };
}

/** A failure that says more than its reason's own sentence. */
export function failureSaying(reason: Reason, message: string): Failure {
  return { reason, message: shortMessage(message) };
}

/** A sentence fit to be kept and shown: one line, no control or direction characters, at most 200 characters. */
export function shortMessage(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

const TIMEOUTS = {
  dns: 'timeout_dns',
  connect: 'timeout_connect',
  tls: 'timeout_tls',
  wait: 'timeout_wait',
  body: 'timeout_body',
} as const satisfies Record<Phase, Reason>;

/** The failure of a probe that its deadline ended in this phase. */
export function timeoutFailure(phase: Phase, timeout: Milliseconds): Failure {
  return failure(TIMEOUTS[phase], formatDuration(timeout));
}

/**
 * What the codes of Node, the system and undici mean. A shortage or a refusal on this machine is never the target's
 * fault; an address family without a route is ours too, while an unreachable host is the target's.
 */
const REASON_BY_CODE: Readonly<Record<string, Reason>> = {
  ENOTFOUND: 'dns_nxdomain',
  ENODATA: 'dns_no_address',
  EAI_FAIL: 'dns_failure',
  EAI_AGAIN: 'dns_failure',
  ECONNREFUSED: 'conn_refused',
  ECONNRESET: 'conn_reset',
  ECONNABORTED: 'conn_reset',
  EPIPE: 'conn_closed',
  EHOSTUNREACH: 'host_unreachable',
  EHOSTDOWN: 'host_unreachable',
  ENETUNREACH: 'network_unreachable',
  ENETDOWN: 'network_unreachable',
  EAFNOSUPPORT: 'network_unreachable',
  EMFILE: 'local_resources',
  ENFILE: 'local_resources',
  ENOBUFS: 'local_resources',
  ENOMEM: 'local_resources',
  EAI_MEMORY: 'local_resources',
  EADDRNOTAVAIL: 'local_resources',
  EADDRINUSE: 'local_resources',
  // The firewall of this machine forbids it.
  EACCES: 'blocked',
  EPERM: 'blocked',
  EPROTO: 'tls_protocol',
  UND_ERR_HEADERS_OVERFLOW: 'headers_too_large',
};

/** Maps an error of the network to its reason. One that nobody foresaw is ours until shown otherwise. */
export function failureOf(error: Error, phase: Phase): Failure {
  const code = errorCode(error);
  const detail = code ?? error.name;
  if (code === 'ETIMEDOUT') return failure(TIMEOUTS[phase], detail);
  if (code === undefined || code.startsWith('HPE_')) return parserFailure(error, phase);
  // With ALPN the server was told which versions of HTTP will do.
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
    return failureSaying('http_version_unexpected', 'the server does not speak the version of HTTP that was asked for');
  }
  if (code.startsWith('ERR_SSL_') || (code.startsWith('ERR_TLS_') && phase === 'tls')) {
    return failure('tls_protocol', detail);
  }
  // What the answer announces and what came do not agree: the body was cut off, or the headers contradict each other.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return phase === 'body' ? failure('body_truncated') : failure('protocol_error', 'content-length is wrong');
  }
  // Node reports an orderly close during the TLS handshake as a reset, but without the system call a true one has.
  if (code === 'ECONNRESET' && phase === 'tls' && !('syscall' in error)) return failure('conn_closed');
  // getaddrinfo says so of what cannot be a name: too long, or a part too long.
  if (code === 'EINVAL' && phase === 'dns') return failure('dns_nxdomain', detail);
  const reason = REASON_BY_CODE[code];
  return reason === undefined ? failure('internal_error', detail) : failure(reason, detail);
}

/** What the errors of HTTP/2 in Node and undici mean before an answer; in one it is cut off. */
const HTTP2_CLOSED: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_INFO',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
]);

/** Maps an error of an HTTP/2 session or stream to its reason. */
export function http2Failure(error: Error, phase: Phase): Failure {
  const code = errorCode(error) ?? '';
  // Node names the code of the protocol in its message.
  const detail = /NGHTTP2_[A-Z_]+/.exec(error.message)?.[0];
  if (code === 'ERR_HTTP2_STREAM_ERROR') return failure('conn_reset', detail);
  if (code === 'ERR_HTTP2_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR') {
    return failure('protocol_error', detail ?? 'HTTP/2');
  }
  if (HTTP2_CLOSED.has(code)) return failure(phase === 'body' ? 'body_truncated' : 'conn_closed');
  return failureOf(error, phase);
}

function parserFailure(error: Error, phase: Phase): Failure {
  const code = errorCode(error);
  if (code === 'HPE_INVALID_EOF_STATE' && phase === 'body') return failure('body_truncated');
  // llhttp's own words stand in brackets at the end of undici's.
  const words = /\(([^()]+)\)$/.exec(error.message)?.[1];
  if (code !== undefined || error.name === 'HTTPParserError') return failure('protocol_error', words ?? code);
  return failure('internal_error', error.name);
}
