import { afterEach, describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/core/reasons.ts';
import { probeTls } from '../../../src/worker/probe/tls.ts';
import { leaksNothing, probeWritten } from '../../support/probing.ts';
import type { BehaviourName } from '../../targets/behaviours.ts';
import type { CertificateName } from '../../targets/certificates.ts';
import { startLineServer, type LineBehaviourName } from '../../targets/line-server.ts';
import { refusedPort, type Fixture } from '../../targets/open-fixture.ts';
import { startTarget } from '../../targets/start-target.ts';

const TIMEOUT = 300;

const open: Fixture[] = [];
afterEach(() => Promise.all(open.splice(0).map((fixture) => fixture.close())));

async function keep<F extends Fixture>(starting: Promise<F>): Promise<F> {
  const fixture = await starting;
  open.push(fixture);
  return fixture;
}

function probePort(port: number, written: Readonly<Record<string, unknown>> = {}) {
  return probeWritten(probeTls, { type: 'tls', host: '127.0.0.1', port, timeout: `${TIMEOUT}ms`, ...written });
}

async function probeServer(
  written: Readonly<Record<string, unknown>> = {},
  certificate: CertificateName = 'good',
  name: LineBehaviourName = 'redis',
) {
  const { port } = await keep(startLineServer(name, { certificate }));
  return probePort(port, { timeout: '2s', ...written });
}

describe('a handshake', () => {
  it('is enough when nothing else is expected', async () => {
    const outcome = await probeServer();
    expect(outcome).toMatchObject({ status: 'up', reason: null, message: null });
    expect(outcome.phases).toMatchObject({ dns: null, wait: null, body: null });
    expect(outcome.phases.tls).toBeGreaterThan(0);
    expect(outcome.evidence.facts).toEqual({ 'tls version': 'TLSv1.3', 'tls cipher': expect.stringMatching(/^TLS_/) });
    expect(outcome.evidence.certificates[0]).toMatchObject({ subject: 'localhost' });
  });

  it.each<[BehaviourName, Reason]>([
    ['tls-self-signed', 'tls_untrusted'],
    ['tls-wrong-host', 'tls_wrong_host'],
    ['tls-expired', 'tls_expired'],
    ['tls-not-yet-valid', 'tls_not_yet_valid'],
    ['tls-old-version', 'tls_protocol'],
    ['tls-garbage', 'tls_protocol'],
    ['tls-closes', 'conn_closed'],
    ['tls-resets', 'conn_reset'],
    ['tls-stall', 'timeout_tls'],
  ])('with %s comes to %s', async (behaviour, reason) => {
    const { port } = await keep(startTarget(behaviour));
    const outcome = await probePort(port);
    expect(outcome).toMatchObject({ status: 'down', reason, address: `127.0.0.1:${port}` });
    expect(outcome.durationMs).toBeLessThanOrEqual(TIMEOUT + 100);
    expect(outcome.evidence.attempts).toMatchObject([{ reason: null }]);
  });

  it('is not tried where nobody listens', async () => {
    expect(await probePort(await refusedPort())).toMatchObject({ status: 'down', reason: 'conn_refused' });
  });

  it('keeps a chain also when it is bad', async () => {
    const outcome = await probeServer({}, 'missing-intermediate');
    expect(outcome).toMatchObject({ status: 'down', reason: 'tls_untrusted' });
    expect(outcome.evidence.certificates.length).toBeGreaterThan(0);
  });

  it('keeps the whole of a good chain', async () => {
    const outcome = await probeServer({}, 'full-chain');
    expect(outcome.status).toBe('up');
    expect(outcome.evidence.certificates.length).toBeGreaterThanOrEqual(2);
  });

  it('asks for the name that is set, and verifies it', async () => {
    const right = await probeServer({ tls: { server_name: 'localhost' } });
    expect(right).toMatchObject({ status: 'up' });
    const wrong = await probeServer({ tls: { server_name: 'other.example' } });
    expect(wrong).toMatchObject({ status: 'down', reason: 'tls_wrong_host' });
  });
});

describe('what is expected of a handshake', () => {
  it.each([
    ['TLSv1.3', {}, 'up'],
    [['TLSv1.2', 'TLSv1.3'], {}, 'up'],
    ['TLSv1.3', { max_version: 'TLSv1.2' }, 'down'],
    ['TLSv1.2', { max_version: 'TLSv1.2' }, 'up'],
  ])('protocol %j with %j: %s', async (protocol, tls, status) => {
    const outcome = await probeServer({ tls, expect: { protocol } });
    expect(outcome.status).toBe(status);
    expect(outcome.evidence.findings).toMatchObject([
      { what: 'protocol', ok: status === 'up', reason: 'tls_version_unexpected' },
    ]);
  });

  it('judges a good certificate', async () => {
    const certificate = {
      expires_in: '7d',
      warn_in: '30d',
      issuer: 'Longwatch test authority',
      subject: { equals: 'localhost' },
      fingerprint: '00'.repeat(32),
    };
    const outcome = await probeServer({ expect: { certificate } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'certificate_unexpected' });
    expect(outcome.evidence.findings.map(({ what, ok }) => [what, ok])).toEqual([
      ['certificate.expires_in', true],
      ['certificate.warn_in', true],
      ['certificate.issuer', true],
      ['certificate.subject', true],
      ['certificate.fingerprint', false],
    ]);
    const fingerprint = outcome.evidence.certificates[0]?.fingerprint;
    expect(await probeServer({ expect: { certificate: { fingerprint } } })).toMatchObject({ status: 'up' });
  });

  it('is degraded when the certificate ends within the time to warn', async () => {
    const outcome = await probeServer(
      { tls: { verify: false }, expect: { certificate: { warn_in: '30d' } } },
      'expired',
    );
    expect(outcome).toMatchObject({ status: 'degraded', reason: 'certificate_expiring' });
  });

  it('judges a certificate also when the handshake failed because of it', async () => {
    const outcome = await probeServer({ expect: { certificate: { subject: 'localhost' } } }, 'expired');
    expect(outcome).toMatchObject({ status: 'down', reason: 'tls_expired' });
    expect(outcome.evidence.findings).toMatchObject([{ what: 'certificate.subject', ok: true }]);
  });
});

describe('talking over TLS', () => {
  it.each<[LineBehaviourName, Readonly<Record<string, unknown>>, Reason | null]>([
    ['smtp', { expect: { banner: '220 ' } }, null],
    ['smtp', { expect: { banner: '250 ' }, timeout: '300ms' }, 'banner_unexpected'],
    ['redis', { send: 'PING\r\n', expect: { answer: '+PONG' } }, null],
    ['redis', { send: 'NOPE\r\n', expect: { answer: '+PONG' }, timeout: '300ms' }, 'answer_unexpected'],
    ['silent', { expect: { banner: 'x' }, timeout: '300ms' }, 'timeout_wait'],
    ['endless-banner', { expect: { banner: 'y' } }, 'banner_unexpected'],
    ['says-and-ends', { expect: { banner: 'hello' } }, 'banner_unexpected'],
    ['says-and-ends', { expect: { banner: 'bye' } }, null],
  ])('%s with %j comes to %s', async (name, written, reason) => {
    const outcome = await probeServer(written, 'good', name);
    expect(outcome).toMatchObject({ reason, status: reason === null ? 'up' : 'down' });
  });
});

describe('a probe of TLS', () => {
  it.each<CertificateName>(['good', 'expired'])('leaves nothing behind when the certificate is %s', async (name) => {
    const { port, openConnections } = await keep(startLineServer('redis', { certificate: name }));
    const written = { timeout: '5s', send: 'PING\r\n', expect: { answer: '+PONG' } };
    await leaksNothing(() => probePort(port, written), openConnections);
  });

  it.each<BehaviourName>(['tls-stall', 'tls-garbage', 'tls-resets'])('leaves nothing behind after %s', async (name) => {
    const { port, openConnections } = await keep(startTarget(name));
    await leaksNothing(() => probePort(port, { timeout: '50ms' }), openConnections);
  });
});
