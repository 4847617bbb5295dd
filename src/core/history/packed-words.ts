import type { Reason } from '../reasons.ts';
import type { Status } from '../status.ts';

/** The numbers of statuses in packed history. They stand in files: none may ever change. */
export const STATUS_NUMBERS = { up: 0, degraded: 1, down: 2, unknown: 3 } as const satisfies Record<Status, number>;

/**
 * The numbers of reasons in packed history, below 256. They stand in files: none may ever change or be given to another
 * reason, a new reason takes the next number, and one that is no longer given keeps its own.
 */
export const REASON_NUMBERS = {
  timeout_dns: 0,
  timeout_connect: 1,
  timeout_tls: 2,
  timeout_wait: 3,
  timeout_body: 4,
  dns_nxdomain: 5,
  dns_no_address: 6,
  dns_failure: 7,
  conn_refused: 8,
  conn_reset: 9,
  conn_closed: 10,
  host_unreachable: 11,
  tls_protocol: 12,
  tls_untrusted: 13,
  tls_expired: 14,
  tls_not_yet_valid: 15,
  tls_wrong_host: 16,
  protocol_error: 17,
  headers_too_large: 18,
  body_truncated: 19,
  redirect_limit: 20,
  redirect_invalid: 21,
  redirect_downgrade: 22,
  decode_error: 23,
  status_unexpected: 24,
  response_slow: 25,
  header_unexpected: 26,
  body_unexpected: 27,
  json_unexpected: 28,
  json_invalid: 29,
  certificate_unexpected: 30,
  certificate_expiring: 31,
  final_url_unexpected: 32,
  http_version_unexpected: 33,
  tls_version_unexpected: 34,
  banner_unexpected: 35,
  answer_unexpected: 36,
  starttls_refused: 37,
  dns_rcode_unexpected: 38,
  dns_answer_unexpected: 39,
  ping_no_answer: 40,
  ping_loss: 41,
  websocket_refused: 42,
  message_unexpected: 43,
  push_missing: 44,
  push_failed: 45,
  push_overrun: 46,
  blocked: 47,
  invalid_url: 48,
  auth_unavailable: 49,
  proxy_unavailable: 50,
  tool_missing: 51,
  push_unobserved: 52,
  dns_unavailable: 53,
  network_unreachable: 54,
  missed_overlap: 55,
  missed_late: 56,
  queue_unavailable: 57,
  definition_missing: 58,
  local_resources: 59,
  internal_error: 60,
  cut_off: 61,
  worker_stalled: 62,
} as const satisfies Record<Reason, number>;

/** Reasons by their number. */
export const NUMBERED_REASONS: readonly (Reason | undefined)[] = byNumber(REASON_NUMBERS);

/** Statuses by their number. */
export const NUMBERED_STATUSES: readonly (Status | undefined)[] = byNumber(STATUS_NUMBERS);

function byNumber<T extends string>(numbers: Readonly<Record<T, number>>): (T | undefined)[] {
  const words: (T | undefined)[] = [];
  for (const [word, number] of Object.entries(numbers) as [T, number][]) words[number] = word;
  return words;
}
