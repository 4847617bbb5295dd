import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { STARTTLS_PROTOCOLS } from '../../../src/core/monitor/tcp.ts';
import type { Reason } from '../../../src/core/reasons.ts';
import { createNetwork } from '../../../src/net/network.ts';
import { createResolver } from '../../../src/net/resolver.ts';
import { probeTcp } from '../../../src/worker/probe/tcp.ts';
import { leaksNothing, probeWritten } from '../../support/probing.ts';
import type { CertificateName } from '../../targets/certificates.ts';
import { startLineServer, type LineBehaviourName } from '../../targets/line-server.ts';
import { openFixture, refusedPort, type Fixture } from '../../targets/open-fixture.ts';
import { startStarttlsServer, type StarttlsFault, type StarttlsOptions } from '../../targets/starttls-server.ts';

const TIMEOUT = 200;

const open: Fixture[] = [];
afterEach(() => Promise.all(open.splice(0).map((fixture) => fixture.close())));

async function keep<F extends Fixture>(starting: Promise<F>): Promise<F> {
  const fixture = await starting;
  open.push(fixture);
  return fixture;
}

function probePort(port: number, written: Readonly<Record<string, unknown>> = {}) {
  return probeWritten(probeTcp, { type: 'tcp', host: '127.0.0.1', port, timeout: `${TIMEOUT}ms`, ...written });
}

async function probeLines(name: LineBehaviourName, written: Readonly<Record<string, unknown>>) {
  return probePort((await keep(startLineServer(name))).port, written);
}

describe('connecting to a port', () => {
  it('is enough when nothing else is expected', async () => {
    const { port } = await keep(startLineServer('silent'));
    const outcome = await probePort(port);
    expect(outcome).toMatchObject({ status: 'up', reason: null, address: `127.0.0.1:${port}` });
    expect(outcome.phases).toMatchObject({ dns: null, tls: null, wait: null, body: null });
    expect(outcome.phases.connect).toBeGreaterThan(0);
    expect(outcome.evidence.attempts).toMatchObject([{ address: `127.0.0.1:${port}`, reason: null }]);
  });

  it('is refused where nobody listens', async () => {
    const outcome = await probePort(await refusedPort(), { expect: { banner: 'x' } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'conn_refused' });
    expect(outcome.evidence.attempts).toMatchObject([{ reason: 'conn_refused' }]);
  });

  it('looks a name up first, and says when there is none', async () => {
    const { port } = await keep(startLineServer('silent'));
    expect((await probePort(port, { host: 'localhost' })).phases.dns).toBeGreaterThan(0);
    const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const nowhere = createNetwork({ clock: systemClock, resolver: createResolver({ lookup }) });
    const outcome = await probeWritten(probeTcp, { type: 'tcp', host: 'a.example', port: 1 }, nowhere);
    expect(outcome).toMatchObject({ status: 'down', reason: 'dns_nxdomain', address: null });
  });

  it('is not done to an address that the guard refuses', async () => {
    expect(await probePort(80, { host: '169.254.169.254' })).toMatchObject({ status: 'unknown', reason: 'blocked' });
  });
});

/** What is expected, of which server, and what it comes to. */
const TALKS: readonly (readonly [LineBehaviourName, Readonly<Record<string, unknown>>, Reason | null])[] = [
  ['ssh', { expect: { banner: 'SSH-2.0-' } }, null],
  ['ssh', { expect: { banner: { matches: '^SSH-2' } } }, null],
  ['ssh', { expect: { banner: { equals: 'SSH-2.0-OpenSSH_9.2p1 Debian-2' } } }, null],
  ['ssh', { expect: { banner: { not_contains: 'Dropbear' } } }, null],
  ['ssh', { expect: { banner: 'SSH-1' } }, 'banner_unexpected'],
  ['smtp-multi-line', { expect: { banner: '220 ready' } }, null],
  ['drips-banner', { timeout: '2s', expect: { banner: 'ESMTP' } }, null],
  ['drips-banner', { expect: { banner: { contains: 'slow', not_contains: 'test' } } }, 'banner_unexpected'],
  ['no-line-end', { expect: { banner: 'ready>' } }, null],
  ['no-line-end', { timeout: '2s', expect: { banner: { not_contains: 'x' } } }, null],
  ['binary', { expect: { banner: { matches: '.' } } }, null],
  ['invalid-utf8', { expect: { banner: 'ready' } }, null],
  ['endless-banner', { expect: { banner: 'y' } }, 'banner_unexpected'],
  ['endless-lines', { expect: { banner: '220 ' } }, 'banner_unexpected'],
  ['endless-lines', { expect: { banner: { matches: '^220-' } } }, null],
  ['says-and-ends', { expect: { banner: 'bye' } }, null],
  ['says-and-ends', { expect: { banner: 'hello' } }, 'banner_unexpected'],
  ['silent', { expect: { banner: 'x' } }, 'timeout_wait'],
  ['redis', { send: 'PING\r\n', expect: { answer: { equals: '+PONG' } } }, null],
  ['redis', { send: 'PING\r\n', expect: { answer: { equals: '+PONG\r\n' } } }, null],
  ['redis', { send: 'NOPE\r\n', expect: { answer: '+PONG' } }, 'answer_unexpected'],
  ['bare-lf', { send: 'hi\n', expect: { banner: 'ready', answer: 'you said hi' } }, null],
  ['smtp', { send: 'NOOP\r\n', expect: { banner: '220', answer: { not_contains: '220' } } }, null],
  ['silent', { send: 'hi\r\n', expect: { answer: 'x' } }, 'timeout_wait'],
  ['silent', { send: 'hi\r\n' }, null],
];

describe('talking to a server', () => {
  it.each(TALKS)('%s with %o comes to %s', async (name, written, reason) => {
    const outcome = await probeLines(name, written);
    expect(outcome).toMatchObject({ reason, status: reason === null ? 'up' : 'down' });
    expect(outcome.durationMs).toBeLessThanOrEqual((written['timeout'] === undefined ? TIMEOUT : 2000) + 100);
    expect(outcome.phases.wait).toBeGreaterThanOrEqual(0);
  });

  it('says what it got and what was expected', async () => {
    const outcome = await probeLines('ssh', { expect: { banner: 'SSH-1' } });
    expect(outcome.message).toBe('banner: got "SSH-2.0-OpenSSH_9.2p1 Debian-2", expected to contain "SSH-1"');
    expect(outcome.evidence.findings).toMatchObject([{ what: 'banner', ok: false, reason: 'banner_unexpected' }]);
  });

  it('sends nothing to a server whose banner is wrong', async () => {
    const server = await keep(startLineServer('says-and-ends'));
    await probePort(server.port, { send: 'secret\r\n', expect: { banner: 'hello', answer: 'x' } });
    expect(server.lines).toEqual([]);
  });

  it('judges how long it all took', async () => {
    const outcome = await probeLines('drips-banner', {
      timeout: '2s',
      expect: { banner: 'ESMTP', response_time: '1ms' },
      degraded: { response_time: '1h' },
    });
    expect(outcome).toMatchObject({ status: 'down', reason: 'response_slow' });
    expect(outcome.evidence.findings.map(({ what, ok }) => [what, ok])).toEqual([
      ['banner', true],
      ['response_time', false],
      ['response_time', true],
    ]);
  });

  it.each<[string, (socket: Socket) => void, Reason]>([
    ['closes at once', (socket) => socket.end(), 'conn_closed'],
    ['resets', (socket) => void socket.resetAndDestroy(), 'conn_reset'],
    ['resets after its words', (socket) => void socket.write('hi', () => socket.resetAndDestroy()), 'conn_reset'],
  ])('one that %s', async (_title, serve, reason) => {
    const { port } = await keep(openFixture(createServer(serve)));
    const outcome = await probePort(port, { expect: { banner: 'hello' } });
    expect(outcome).toMatchObject({ status: 'down', reason });
  });

  it('gives up saying more than a deaf server takes', async () => {
    const { port } = await keep(openFixture(createServer({ pauseOnConnect: true }, (socket) => socket.pause())));
    const outcome = await probePort(port, { send: 'x'.repeat(65_536), expect: { answer: 'y' } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'timeout_wait' });
  });
});

type Fault = readonly [fault: StarttlsFault, reasons: readonly Reason[]];

/** What each fault comes to; where the protocol has no such moment it is no fault. */
const FAULTS: readonly Fault[] = [
  ['silent', ['timeout_wait']],
  ['hangs-at-starttls', ['timeout_wait', 'timeout_tls']],
  ['hangs-in-handshake', ['timeout_tls']],
  ['not-offered', ['starttls_refused']],
  ['refuses', ['starttls_refused']],
  ['busy', ['starttls_refused']],
  ['garbage', ['protocol_error', 'timeout_wait']],
  ['garbage-at-starttls', ['protocol_error', 'tls_protocol']],
  ['injects', ['protocol_error', 'tls_protocol']],
  ['closes', ['conn_closed']],
  ['closes-at-starttls', ['conn_closed']],
  ['endless', ['protocol_error']],
];

describe.each(STARTTLS_PROTOCOLS)('STARTTLS of %s', (protocol) => {
  const probeServer = async (options: StarttlsOptions, written: Readonly<Record<string, unknown>> = {}) => {
    const server = await keep(startStarttlsServer(protocol, options));
    return { server, outcome: await probePort(server.port, { starttls: protocol, ...written }) };
  };

  it('goes on over TLS and reads the certificate', async () => {
    const { server, outcome } = await probeServer({}, { timeout: '2s', expect: { certificate: { warn_in: '30d' } } });
    expect(outcome).toMatchObject({ status: 'up', reason: null });
    await expect.poll(server.upgraded, { interval: 5 }).toBe(1);
    expect(outcome.phases.tls).toBeGreaterThan(0);
    expect(outcome.phases.wait).toBeGreaterThan(0);
    expect(outcome.evidence.certificates[0]).toMatchObject({ names: expect.stringContaining('DNS:localhost') });
    expect(outcome.evidence.facts).toMatchObject({ 'tls version': 'TLSv1.3' });
    expect(outcome.evidence.findings).toMatchObject([{ what: 'certificate.warn_in', ok: true }]);
  });

  it.each(FAULTS)('%s comes to %j', async (fault, reasons) => {
    const { outcome } = await probeServer({ fault });
    expect(reasons).toContain(outcome.reason);
    expect(outcome.status).toBe('down');
    expect(outcome.durationMs).toBeLessThanOrEqual(TIMEOUT + 100);
    expect(outcome.message).not.toBe(null);
  });

  it.each<[CertificateName, Reason]>([
    ['expired', 'tls_expired'],
    ['not-yet-valid', 'tls_not_yet_valid'],
    ['self-signed', 'tls_untrusted'],
    ['wrong-host', 'tls_wrong_host'],
  ])('a certificate that is %s comes to %s and is kept', async (certificate, reason) => {
    const { outcome } = await probeServer({ certificate }, { timeout: '2s' });
    expect(outcome).toMatchObject({ status: 'down', reason });
    expect(outcome.evidence.certificates.length).toBeGreaterThan(0);
  });

  it('takes any certificate when told to, and judges it all the same', async () => {
    const written = { timeout: '2s', tls: { verify: false }, expect: { certificate: { expires_in: '7d' } } };
    const { outcome } = await probeServer({ certificate: 'expired' }, written);
    expect(outcome).toMatchObject({ status: 'down', reason: 'certificate_expiring' });
    expect(outcome.message).toMatch(/^certificate\.expires_in: got expired \d+d ago, expected at least 7d$/);
  });
});

describe('STARTTLS', () => {
  it.each([
    ['smtp', '220 mail.test ESMTP', 'welcomes'],
    ['imap', '* OK', 'Dovecot'],
    ['pop3', '+OK', 'Dovecot'],
    ['mysql', '8.0.36', 'MariaDB'],
  ] as const)('judges the greeting of %s as its banner', async (protocol, right, wrong) => {
    const { port } = await keep(startStarttlsServer(protocol));
    const written = { starttls: protocol, timeout: '2s' };
    expect(await probePort(port, { ...written, expect: { banner: right } })).toMatchObject({ status: 'up' });
    const outcome = await probePort(port, { ...written, expect: { banner: wrong } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'banner_unexpected' });
  });

  it('hears a greeting of many lines to its end', async () => {
    const { port } = await keep(startStarttlsServer('smtp', { multiLineGreeting: true }));
    const written = { starttls: 'smtp', timeout: '2s', expect: { banner: { contains: ['welcomes', 'ESMTP'] } } };
    expect(await probePort(port, written)).toMatchObject({ status: 'up' });
  });

  it('says who refuses and how', async () => {
    const { port } = await keep(startStarttlsServer('smtp', { fault: 'refuses' }));
    const { message } = await probePort(port, { starttls: 'smtp' });
    expect(message).toBe('the server does not go on over TLS (454 4.7.0 TLS not available)');
  });

  it('asks before it takes', async () => {
    const server = await keep(startStarttlsServer('smtp'));
    await probePort(server.port, { starttls: 'smtp', timeout: '2s' });
    expect(server.commands).toEqual(['EHLO longwatch.invalid', 'STARTTLS']);
  });

  it('takes nothing that was smuggled in before the handshake for an answer', async () => {
    const server = createServer((socket) => {
      socket.write('+OK\r\n');
      socket.on('data', (said: Buffer) =>
        socket.write(/STLS/.test(said.toString()) ? '+OK\r\n+OK smuggled\r\n' : '-ERR\r\n'),
      );
    });
    const { port } = await keep(openFixture(server));
    const outcome = await probePort(port, { starttls: 'pop3', send: 'x\r\n', expect: { answer: 'smuggled' } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'protocol_error' });
  });
});

describe('a probe of a port', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['that is up', { expect: { banner: '220' }, send: 'QUIT\r\n' }],
    ['that times out', { timeout: '20ms', expect: { banner: 'nothing of the kind' } }],
  ])('%s leaves nothing behind', async (_title, written) => {
    const { port, openConnections } = await keep(startLineServer('smtp'));
    await leaksNothing(() => probePort(port, written), openConnections);
  });

  it.each<StarttlsFault | undefined>([undefined, 'refuses', 'hangs-in-handshake'])(
    'over TLS (%s) leaves nothing behind',
    async (fault) => {
      const { port, openConnections } = await keep(startStarttlsServer('smtp', fault === undefined ? {} : { fault }));
      const timeout = fault === 'hangs-in-handshake' ? '50ms' : '5s';
      await leaksNothing(() => probePort(port, { starttls: 'smtp', timeout }), openConnections);
    },
    20_000,
  );
});
