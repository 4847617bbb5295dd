import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/core/reasons.ts';
import { failureOf, shortMessage } from '../../src/net/failure.ts';
import type { Phase } from '../../src/net/phase-timer.ts';

const failed = (code: string, more: object = {}): Error => Object.assign(new Error('failed'), { code }, more);

describe('failureOf', () => {
  it.each<[string, Phase, Reason]>([
    ['ENOTFOUND', 'dns', 'dns_nxdomain'],
    ['EINVAL', 'dns', 'dns_nxdomain'],
    ['EINVAL', 'connect', 'internal_error'],
    ['EAI_AGAIN', 'dns', 'dns_failure'],
    ['ECONNREFUSED', 'connect', 'conn_refused'],
    ['EHOSTUNREACH', 'connect', 'host_unreachable'],
    ['ENETUNREACH', 'connect', 'network_unreachable'],
    ['ETIMEDOUT', 'connect', 'timeout_connect'],
    ['ETIMEDOUT', 'body', 'timeout_body'],
    ['EMFILE', 'connect', 'local_resources'],
    ['ENOBUFS', 'connect', 'local_resources'],
    ['EADDRNOTAVAIL', 'connect', 'local_resources'],
    ['EPERM', 'connect', 'blocked'],
    ['EPIPE', 'wait', 'conn_closed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'tls_protocol'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'wait', 'tls_protocol'],
    ['UND_ERR_HEADERS_OVERFLOW', 'wait', 'headers_too_large'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'wait', 'protocol_error'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'body', 'body_truncated'],
    ['HPE_INVALID_EOF_STATE', 'body', 'body_truncated'],
    ['HPE_INVALID_CHUNK_SIZE', 'body', 'protocol_error'],
    ['E_NOBODY_FORESAW_THIS', 'connect', 'internal_error'],
  ])('maps %s while in %s to %s', (code, phase, reason) => {
    expect(failureOf(failed(code), phase).reason).toBe(reason);
  });

  it('tells a reset during the handshake from an orderly close, which Node calls a reset too', () => {
    expect(failureOf(failed('ECONNRESET', { syscall: 'read' }), 'tls').reason).toBe('conn_reset');
    expect(failureOf(failed('ECONNRESET'), 'tls').reason).toBe('conn_closed');
  });

  it('takes an error without a code for ours', () => {
    expect(failureOf(new TypeError('x is not a function'), 'wait').reason).toBe('internal_error');
  });
});

describe('shortMessage', () => {
  it('keeps any text to one line of at most 200 characters without control characters', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 500 }), (text) => {
        const message = shortMessage(text);
        expect(message.length).toBeLessThanOrEqual(200);
        expect(message).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      }),
    );
  });
});
