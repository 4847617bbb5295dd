import { describe, expect, it, vi } from 'vitest';
import type { Channel } from '../../../src/core/channel/channel.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createNetwork } from '../../../src/net/network.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { anyMessage, GOT_503, MINUTE, SHOP, SINCE } from '../any-message.ts';
import { startMailServer, type MailServer } from './mail-server.ts';
import { channelOf, send } from './written-channels.ts';

const { keep } = closeAfterEach();

const LOGIN = { username: 'watch', password: 's3cret-password' };

function mailTo(server: MailServer, keys: object = {}): Channel {
  return channelOf('email', {
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    from: 'Longwatch <watch@example.com>',
    to: ['ops@example.com', 'Night <night@example.com>'],
    ...keys,
  });
}

/** The headers of a mail, unfolded, by their names in lower case. */
function headersOf(data: string): Record<string, string> {
  const head = data.slice(0, data.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  return Object.fromEntries(
    head
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
}

/** The body of a mail with its quoted-printable undone. */
function bodyOf(data: string): string {
  const raw = data.slice(data.indexOf('\r\n\r\n')).replaceAll('=\r\n', '');
  const bytes = raw.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

describe('a mail', () => {
  it('is taken for every recipient at once, as text and as HTML', async () => {
    const server = await keep(startMailServer());
    const answer = await send(mailTo(server), anyMessage({ cause: GOT_503 }));
    expect(answer).toEqual({ outcome: 'delivered', detail: '250 queued as 1', statusCode: 250, retryAfter: null });
    expect(server.mails).toHaveLength(1);
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'watch@example.com', to: ['ops@example.com', 'night@example.com'] });
    const headers = headersOf(mail?.data ?? '');
    expect(headers).toMatchObject({
      from: 'Longwatch <watch@example.com>',
      to: 'ops@example.com, Night <night@example.com>',
      subject: 'Shop is down',
      'auto-submitted': 'auto-generated',
    });
    const body = bodyOf(mail?.data ?? '');
    expect(body).toContain('text/plain');
    expect(body).toContain('Since:    2026-11-23 12:00:05 UTC');
    expect(body).toContain('<td style=');
    expect(body).toContain('href="https://watch.example/incidents/12/acknowledge?token=t"');
  });

  it('has the same id at each attempt, and one thread for an incident', async () => {
    const server = await keep(startMailServer());
    const up = anyMessage({ id: 'm-42', kind: 'up', resolved: true, until: SINCE + MINUTE, at: SINCE + MINUTE });
    for (const message of [anyMessage(), anyMessage(), up]) await send(mailTo(server), message);
    const [first, again, end] = server.mails.map(({ data }) => headersOf(data));
    expect(first?.['message-id']).toBe(`<m-41.${SINCE + 10_000}@example.com>`);
    expect(again?.['message-id']).toBe(first?.['message-id']);
    expect(end?.['message-id']).not.toBe(first?.['message-id']);
    expect(end?.['references']).toBe('<longwatch.shop.12@example.com>');
    expect(end?.['references']).toBe(first?.['references']);
  });

  it('has no header that a name brought along', async () => {
    const server = await keep(startMailServer());
    const name = 'Shop\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>\u202e';
    await send(mailTo(server), anyMessage({ monitor: { ...SHOP, name, group: name } }));
    const [mail] = server.mails;
    expect(headersOf(mail?.data ?? '')).not.toHaveProperty('bcc');
    expect(mail?.to).toEqual(['ops@example.com', 'night@example.com']);
    expect(bodyOf(mail?.data ?? '')).toContain('&lt;script&gt;');
    expect(bodyOf(mail?.data ?? '')).not.toContain(
      '<h1 style="margin:0 0 8px;font-size:20px">Shop Bcc: evil@example.com <script',
    );
  });

  it('carries a report as it was laid out', async () => {
    const server = await keep(startMailServer());
    const report = { title: 'Week 47', text: 'Shop   99.9 %\nCart  100.0 %', html: '<p class="week">all well</p>' };
    await send(mailTo(server), anyMessage({ kind: 'report', severity: 'info', monitor: null, incident: null, report }));
    expect(headersOf(server.mails[0]?.data ?? '')['subject']).toBe('Week 47');
    expect(bodyOf(server.mails[0]?.data ?? '')).toContain('<p class="week">all well</p>');
    expect(bodyOf(server.mails[0]?.data ?? '')).toContain('Shop   99.9 %');
  });

  it('with lines that begin with a dot arrives whole', async () => {
    const server = await keep(startMailServer());
    const report = { title: 'Dots', text: '.\r\n..\r\nend', html: '' };
    await send(mailTo(server), anyMessage({ kind: 'report', report }));
    expect(bodyOf(server.mails[0]?.data ?? '')).toContain('end');
  });
});

describe('a mail server', () => {
  it('is spoken to over STARTTLS before anybody logs in', async () => {
    const server = await keep(startMailServer({ starttls: true, login: LOGIN }));
    const answer = await send(mailTo(server, { security: 'starttls', host: 'localhost', ...LOGIN }), anyMessage());
    expect(answer.outcome).toBe('delivered');
    expect(server.mails).toMatchObject([{ secured: true, user: 'watch' }]);
    expect(server.commands.findIndex((line) => line.startsWith('AUTH'))).toBeGreaterThan(
      server.commands.indexOf('STARTTLS'),
    );
  });

  it('is spoken to over TLS from the first byte', async () => {
    const server = await keep(startMailServer({ secure: true, login: LOGIN }));
    const answer = await send(mailTo(server, { security: 'tls', host: 'localhost', ...LOGIN }), anyMessage());
    expect(answer.outcome).toBe('delivered');
    expect(server.mails).toMatchObject([{ secured: true, user: 'watch' }]);
  });

  it('that offers no STARTTLS gets neither password nor mail', async () => {
    const server = await keep(startMailServer({ starttls: false, login: LOGIN }));
    const answer = await send(mailTo(server, { security: 'starttls', ...LOGIN }), anyMessage());
    expect(answer.outcome).not.toBe('delivered');
    expect(server.mails).toEqual([]);
    expect(server.commands.join('\n')).not.toContain('AUTH');
  });

  it.each([
    ['starttls', 'wrong-host'],
    ['starttls', 'expired'],
    ['starttls', 'self-signed'],
    ['tls', 'wrong-host'],
    ['tls', 'self-signed'],
  ] as const)('with %s whose certificate is %s gets no password', async (security, certificate) => {
    const options = { secure: security === 'tls', starttls: security === 'starttls', certificate, login: LOGIN };
    const server = await keep(startMailServer(options));
    const answer = await send(mailTo(server, { security, host: 'localhost', ...LOGIN }), anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', statusCode: null });
    expect(server.commands.join('\n')).not.toContain('AUTH');
  });

  it('whose certificate does not matter is spoken to when the file says so', async () => {
    const server = await keep(startMailServer({ starttls: true, certificate: 'self-signed' }));
    const answer = await send(mailTo(server, { security: 'starttls', tls: { verify: false } }), anyMessage());
    expect(answer.outcome).toBe('delivered');
  });

  it('that offers no login to somebody who has one gets no mail', async () => {
    const server = await keep(startMailServer({ starttls: true }));
    const answer = await send(mailTo(server, { security: 'starttls', host: 'localhost', ...LOGIN }), anyMessage());
    expect(answer.outcome).not.toBe('delivered');
    expect(server.mails).toEqual([]);
  });

  it('that refuses a login is not asked again, and the password is told nobody', async () => {
    const server = await keep(startMailServer({ starttls: true, login: { username: 'watch', password: 'another' } }));
    const answer = await send(mailTo(server, { security: 'starttls', host: 'localhost', ...LOGIN }), anyMessage());
    expect(answer).toMatchObject({ outcome: 'refused', statusCode: 535 });
    expect(answer.detail).not.toContain(LOGIN.password);
    expect(answer.detail).not.toContain(
      Buffer.from(`\0watch\0${LOGIN.password}`).toString('base64').replace(/=+$/, ''),
    );
  });

  it.each([
    ['hello', '421 4.3.2 too busy', 'failed', 421],
    ['hello', '554 5.7.1 no', 'refused', 554],
    ['MAIL', '451 4.3.0 later', 'failed', 451],
    ['MAIL', '550 5.1.8 not you', 'refused', 550],
    ['RCPT', '450 4.2.1 greylisted', 'failed', 450],
    ['RCPT', '550 5.1.1 nobody here', 'refused', 550],
    ['DATA', '452 4.3.1 full', 'failed', 452],
    ['.', '452 4.3.1 full', 'failed', 452],
    ['.', '554 5.6.0 spam', 'refused', 554],
  ])('that says at %s %s makes it %s', async (at, reply, outcome, statusCode) => {
    const server = await keep(startMailServer({ answers: { [at]: reply } }));
    const answer = await send(mailTo(server), anyMessage());
    expect(answer).toMatchObject({ outcome, statusCode });
    expect(answer.detail).toContain(reply);
    expect(server.mails).toEqual([]);
  });

  it('that takes some recipients for good is done with, and says whom it did not take', async () => {
    const server = await keep(startMailServer({ answers: { 'RCPT TO:<night': '550 5.1.1 nobody here' } }));
    const answer = await send(mailTo(server), anyMessage());
    expect(answer).toMatchObject({ outcome: 'delivered', detail: '250 queued as 1; not taken: night@example.com' });
  });

  it('that takes some recipients only later is asked again', async () => {
    const server = await keep(startMailServer({ answers: { 'RCPT TO:<night': '450 4.2.1 greylisted' } }));
    expect(await send(mailTo(server), anyMessage())).toMatchObject({ outcome: 'failed' });
  });

  it.each(['hello', 'EHLO', 'MAIL', 'DATA', '.'])('that hangs up at %s is asked again', async (closesAt) => {
    const server = await keep(startMailServer({ closesAt }));
    expect(await send(mailTo(server), anyMessage())).toMatchObject({ outcome: 'failed', statusCode: null });
  });

  it.each([
    ['hello', ''],
    ['EHLO', 'EHLO'],
    ['DATA', 'DATA'],
    ['.', 'DATA'],
  ])('that falls silent at %s is left when the attempt ends', async (silentAt, heard) => {
    const server = await keep(startMailServer({ silentAt }));
    const end = new AbortController();
    const sending = send(mailTo(server), anyMessage(), { signal: end.signal });
    const isThere = (): boolean => heard === '' || server.commands.some((line) => line.startsWith(heard));
    await vi.waitFor(() => expect(isThere()).toBe(true));
    end.abort();
    expect(await sending).toMatchObject({ outcome: 'failed' });
  });

  it('where nobody listens is asked again', async () => {
    const server = await startMailServer();
    await server.close();
    const answer = await send(mailTo(server), anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('refused') as string });
  });

  it('is kept from by the address guard', async () => {
    const server = await keep(startMailServer());
    const network = createNetwork({ clock: systemClock, policy: { allowPrivate: false, deny: [], allow: [] } });
    const answer = await send(mailTo(server), anyMessage(), { network });
    expect(answer).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('not a public address') as string,
    });
    expect(server.commands).toEqual([]);
    const metadata = await send(mailTo(server, { host: '169.254.169.254' }), anyMessage());
    expect(metadata.detail).toContain('never dialled');
  });
});
