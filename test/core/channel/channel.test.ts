import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CHANNEL_TYPES,
  channelSchema,
  channelTarget,
  parseChannel,
  secretsOfChannel,
} from '../../../src/core/channel/channel.ts';

function messagesOf(input: unknown): string[] {
  const checked = parseChannel(input, ['channels', 0]);
  return 'problems' in checked ? checked.problems.map(({ message }) => message) : [];
}

describe('a channel of the file', () => {
  it('is read with every default filled in', () => {
    const checked = parseChannel({
      id: 'ops',
      type: 'email',
      host: 'mail.example.com',
      from: 'watch@example.com',
      to: 'ops@example.com',
    });
    expect(checked).toMatchObject({
      value: { id: 'ops', enabled: true, port: 587, security: 'starttls', username: null },
    });
  });

  it('is told by its type', () => {
    expect(messagesOf({ id: 'x', type: 'emial' })[0]).toMatch(/^type must be one of email, webhook/);
    expect(messagesOf({ id: 'x' })[0]).toMatch(/^type is missing/);
    expect(messagesOf({ id: 'x', type: '__proto__' })[0]).toMatch(/^type must be one of/);
  });

  it('has a JSON Schema', () => {
    expect(() => z.toJSONSchema(channelSchema, { target: 'draft-7', io: 'input' })).not.toThrow();
  });

  it('knows its types', () => {
    expect(CHANNEL_TYPES).toContain('webhook');
  });
});

describe('a webhook', () => {
  const webhook = {
    id: 'hook',
    type: 'webhook',
    url: 'https://hooks.example.com/in/0123456789abcdef0123?key=s3cretvalue',
    secret: 'whsec_c2VjcmV0',
  };

  it('keeps its address and its secrets to itself', () => {
    const checked = parseChannel(webhook);
    if ('problems' in checked) throw new Error(checked.problems[0]?.message);
    expect(channelTarget(checked.value)).toBe('hooks.example.com');
    expect(secretsOfChannel(checked.value)).toEqual(expect.arrayContaining(['whsec_c2VjcmV0', '0123456789abcdef0123']));
  });

  it.each([
    [{ text: '{{titel}}' }, 'template names {{titel}}, which is no field: did you mean {{title}}?'],
    ['{{constructor}}', /^template names \{\{constructor\}\}, which is no field/],
    ['  ', 'template must not be empty'],
  ])('refuses a template that cannot be filled: %j', (template, message) => {
    expect(messagesOf({ ...webhook, template })[0]).toMatch(message);
  });
});

describe('an everyday word', () => {
  it.each([
    [{ type: 'ntfy', topic: 'shop' }],
    [{ type: 'apprise', url: 'http://127.0.0.1:8000', key: 'ops' }],
    [{ type: 'webhook', url: 'https://example.com/api/alerts?team=web' }],
  ])('of a channel is not hidden wherever it is said: %j', (keys) => {
    const checked = parseChannel({ id: 'x', ...keys });
    expect('value' in checked && secretsOfChannel(checked.value)).toEqual([]);
  });
});

describe('a channel of another type', () => {
  it.each([
    [{ type: 'slack' }, 'url is missing'],
    [{ type: 'telegram', token: 'x', chat_id: 1 }, 'token must be the token of a bot, as 123456:ABC…'],
    [
      { type: 'telegram', token: `1:${'a'.repeat(30)}`, chat_id: 'Ops' },
      'chat_id must be a number such as -1001234567890, or @name',
    ],
    [
      { type: 'matrix', url: 'https://m.example', token: 'x', room: '#ops:m.example' },
      'room must be the internal id of a room, as !abc:example.com',
    ],
    [{ type: 'ntfy', topic: 'a b' }, 'topic must be 1 to 64 letters, digits, "-" and "_"'],
    [{ type: 'ntfy', topic: 'a', token: 'x', username: 'u', password: 'p' }, 'token and username exclude each other'],
    [{ type: 'gotify', url: 'https://g.example/?a=b', token: 'x' }, 'url must be an address without query'],
    [{ type: 'apprise', url: 'https://a.example' }, 'key is missing (or urls)'],
    [{ type: 'apprise', url: 'https://a.example', key: 'k', urls: ['json://x'] }, 'urls and key exclude each other'],
    [{ type: 'pagerduty', routing_key: '' }, 'routing_key must not be empty'],
    [{ type: 'pagerduty', routing_key: 'a\r\nb' }, 'routing_key must not contain a line break'],
  ])('is refused with %j', (keys, message) => {
    expect(messagesOf({ id: 'x', ...keys })[0]).toBe(message);
  });

  it.each([
    [
      { type: 'twilio_sms', account_sid: `AC${'0'.repeat(32)}`, auth_token: 'x', from: 'Watch', to: '+491701234567' },
      'SMS to …4567',
    ],
    [{ type: 'telegram', token: `1:${'a'.repeat(30)}`, chat_id: -100 }, 'Telegram chat -100'],
    [{ type: 'slack', url: 'https://hooks.slack.com/services/T0/B0/x' }, 'hooks.slack.com'],
    [{ type: 'matrix', url: 'https://m.example/', token: 'x', room: '!a:m.example' }, 'Matrix room !a:m.example'],
  ])('says where it leads without what is secret: %j', (keys, target) => {
    const checked = parseChannel({ id: 'x', ...keys });
    expect('value' in checked && channelTarget(checked.value)).toBe(target);
  });

  it('has no slash at the end of the address of its service', () => {
    const checked = parseChannel({ id: 'x', type: 'gotify', url: 'https://push.example/gotify//', token: 'x' });
    expect(checked).toMatchObject({ value: { url: 'https://push.example/gotify' } });
  });
});

describe('mail', () => {
  const mail = {
    id: 'ops',
    type: 'email',
    host: 'mail.example.com',
    from: 'Watch <watch@example.com>',
    to: ['a@example.com', 'B <b@example.com>'],
  };

  it.each([
    [{ security: 'tls' }, 465],
    [{ security: 'none' }, 25],
    [{ port: 2525 }, 2525],
  ])('goes to the usual port of %j', (keys, port) => {
    expect(parseChannel({ ...mail, ...keys })).toMatchObject({ value: { port } });
  });

  it.each([
    [{ to: 'nobody' }, 'to must be an address such as ops@example.com or Operations <ops@example.com>'],
    [{ to: 'a@example.com\r\nbcc: all@example.com' }, /^to must be an address/],
    [{ from: 'X\r\nBcc: b@example.com <watch@example.com>' }, /^from must be an address/],
    [{ to: [] }, 'to must not be empty'],
    [{ username: 'me' }, 'password is missing: username and password go together'],
    [
      { username: 'me', password: 'secret', security: 'none' },
      'security must not be none: the password would be read on the way',
    ],
  ])('is refused with %j', (keys, message) => {
    expect(messagesOf({ ...mail, ...keys })[0]).toMatch(message);
  });
});

describe('a program', () => {
  const exec = { id: 'page', type: 'exec', command: ['/usr/bin/page', '--loud'] };

  it.each([
    [{ command: 'page --loud' }, 'command must be a list'],
    [{ command: [] }, 'command must not be empty'],
    [
      { environment: { LONGWATCH_ID: 'x' } },
      'LONGWATCH_ID must not begin with LONGWATCH_: those say what the message says',
    ],
    [{ timeout: '5m' }, 'timeout must be from 100ms to 14s'],
  ])('is refused with %j', (keys, message) => {
    expect(messagesOf({ ...exec, ...keys })[0]).toBe(message);
  });
});
