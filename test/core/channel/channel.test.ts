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
