import { describe, expect, it } from 'vitest';
import { quoted } from '../../src/core/expect/finding.ts';
import { Redactor } from '../../src/core/redactor.ts';
import { shortMessage } from '../../src/net/failure.ts';
import { fc } from '../support/property.ts';

const secret = 'päss w&rd/"1\'+x';
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIGHAgEAMBMGByqGSM49'.repeat(3)}\n${'AgEGCCqGSM49AwEHBG0w'.repeat(3)}\n-----END PRIVATE KEY-----\n`;

describe('a redactor', () => {
  const { redact } = new Redactor([secret, pem, 'abc', 'hunter22', 'hunter2222']);

  it.each([
    [`got ${secret}`],
    [`/?p=${encodeURIComponent(secret)}`],
    [`/?p=${encodeURIComponent(secret).toLowerCase()}`],
    [`${new URLSearchParams({ p: secret }).toString()}&q=1`],
    [JSON.stringify({ p: secret })],
    [`<p>${secret.replace('&', '&amp;').replace('"', '&quot;')}</p>`],
    [quoted(`Authorization: ${secret}`)],
    [shortMessage(`${'x'.repeat(190)}${secret}`)],
    [quoted(`${'x'.repeat(50)}${secret}`)],
  ])('leaves nothing of a secret in %j', (text) => {
    const shown = redact(text);
    expect(shown).toContain('…');
    for (let at = 0; at + 4 <= secret.length; at += 1) expect(shown).not.toContain(secret.slice(at, at + 4));
  });

  it('leaves nothing of a key of several lines, whole, on one line or a line of it', () => {
    for (const text of [pem, shortMessage(pem), quoted(pem), pem.split('\n')[1] ?? '']) {
      expect(redact(text)).not.toMatch(/MIGHAgEA|AgEGCCqG/);
    }
  });

  it('takes the longest of several secrets that begin alike', () => {
    expect(redact('hunter2222 hunter22 hunter2')).toBe('… … hunter2');
  });

  it('takes several secrets out of one text, and says once that it was cut', () => {
    expect(redact('"a hunter22 b hunter22 c hunt…"')).toBe('"a … b … c …"');
  });

  it('leaves texts alone that hold none, also when they hold a short one', () => {
    for (const text of ['', 'abc', 'got 503, expected 2xx', 'hunter2']) expect(redact(text)).toBe(text);
  });

  it('never shows a secret, whatever is around it', () => {
    const long = fc
      .string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 30 })
      .filter((text) => text.trim().length > 3);
    fc.assert(
      fc.property(long, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (word, before, after) => {
        const shown = new Redactor([word]).redact(`${before}${word}${after}`);
        expect(shown.includes(word)).toBe(false);
      }),
    );
  });
});
