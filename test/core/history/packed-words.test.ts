import { describe, expect, it } from 'vitest';
import {
  NUMBERED_REASONS,
  NUMBERED_STATUSES,
  REASON_NUMBERS,
  STATUS_NUMBERS,
} from '../../../src/core/history/packed-words.ts';
import { REASONS } from '../../../src/core/reasons.ts';
import { STATUSES } from '../../../src/core/status.ts';

/** By number. To this list is only ever added: these numbers stand in databases. */
const RELEASED_REASONS = [
  'timeout_dns',
  'timeout_connect',
  'timeout_tls',
  'timeout_wait',
  'timeout_body',
  'dns_nxdomain',
  'dns_no_address',
  'dns_failure',
  'conn_refused',
  'conn_reset',
  'conn_closed',
  'host_unreachable',
  'tls_protocol',
  'tls_untrusted',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_wrong_host',
  'protocol_error',
  'headers_too_large',
  'body_truncated',
  'redirect_limit',
  'redirect_invalid',
  'redirect_downgrade',
  'decode_error',
  'status_unexpected',
  'response_slow',
  'header_unexpected',
  'body_unexpected',
  'json_unexpected',
  'json_invalid',
  'certificate_unexpected',
  'certificate_expiring',
  'final_url_unexpected',
  'http_version_unexpected',
  'tls_version_unexpected',
  'banner_unexpected',
  'answer_unexpected',
  'starttls_refused',
  'dns_rcode_unexpected',
  'dns_answer_unexpected',
  'ping_no_answer',
  'ping_loss',
  'websocket_refused',
  'message_unexpected',
  'push_missing',
  'push_failed',
  'push_overrun',
  'blocked',
  'invalid_url',
  'auth_unavailable',
  'proxy_unavailable',
  'tool_missing',
  'push_unobserved',
  'dns_unavailable',
  'network_unreachable',
  'missed_overlap',
  'missed_late',
  'queue_unavailable',
  'definition_missing',
  'local_resources',
  'internal_error',
  'cut_off',
  'worker_stalled',
];

describe('the numbers of reasons', () => {
  it('are what they were', () => {
    expect(NUMBERED_REASONS.slice(0, RELEASED_REASONS.length)).toEqual(RELEASED_REASONS);
  });

  it('are one for each reason, and fit into a byte', () => {
    const numbers = Object.keys(REASONS).map((reason) => REASON_NUMBERS[reason as keyof typeof REASONS]);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 256)).toBe(true);
  });
});

describe('the numbers of statuses', () => {
  it('are what they were', () => {
    expect(STATUS_NUMBERS).toEqual({ up: 0, degraded: 1, down: 2, unknown: 3 });
    expect(NUMBERED_STATUSES).toHaveLength(STATUSES.length);
  });
});
