import { describe, expect, it } from 'vitest';
import { escapeHtml, escapeMarkdown, escapeSlack, escapeTelegram, plainLine } from '../../src/notifier/escape.ts';
import { fc } from '../support/property.ts';

const ZW = '\u{200b}';

describe('text for one line', () => {
  it.each([
    ['Shop', 'Shop'],
    ['  a\tb  ', 'a b'],
    ['Shop\r\nBcc: all@example.org', 'Shop Bcc: all@example.org'],
    ['a\u{2028}b\u{2029}c\u{85}d', 'a b c d'],
    ['\u{1b}[31mred\u{7}', '[31mred'],
    ['bill\u{202e}fdp.exe', 'billfdp.exe'],
    ['\u{2066}a\u{2069}\u{200f}b\u{61c}c', 'abc'],
    ['pay\u{200b}pal\u{feff}\u{2060}\u{ad}', 'paypal'],
    ['a\u{3164}\u{115f}\u{e0041}b', 'ab'],
    ['lone \u{d83d} half', 'lone  half'],
    ['❤\u{fe0f} Größe 価格 🚀', '❤\u{fe0f} Größe 価格 🚀'],
    ['', ''],
  ])('makes %j to %j', (text, line) => {
    expect(plainLine(text)).toBe(line);
  });

  it('cuts long text between characters, not within one', () => {
    expect(plainLine('🚀'.repeat(10), 4)).toBe('🚀🚀🚀…');
    expect(plainLine('abcd', 4)).toBe('abcd');
  });

  it('never holds a line end, an unseen character or more than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const line = plainLine(text, 20);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\u{200b}-\u{200f}\u{2060}\u{feff}]/u);
        expect(Array.from(line).length).toBeLessThanOrEqual(20);
        expect(plainLine(line, 20)).toBe(line);
      }),
    );
  });
});

describe('text for Slack', () => {
  it.each([
    ['<!channel> down', '&lt;!channel&gt; down'],
    ['<!subteam^S1|all>', '&lt;!subteam^S1|all&gt;'],
    ['<https://evil.example|Log in>', '&lt;https://evil.example|Log in&gt;'],
    ['&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
    ['@here @channel', `@${ZW}here @${ZW}channel`],
    ['<@U123>', `&lt;@${ZW}U123&gt;`],
    ['a\n> b', 'a &gt; b'],
    ['\u{202e}<!every\u{200b}one>', '&lt;!everyone&gt;'],
  ])('makes %j to %j', (text, escaped) => {
    expect(escapeSlack(text)).toBe(escaped);
  });
});

describe('text for Discord and Markdown', () => {
  it.each([
    ['@everyone', `@${ZW}everyone`],
    ['@\u{200b}everyone @\u{2060}here', `@${ZW}everyone @${ZW}here`],
    ['<@&123>', String.raw`\<` + `@${ZW}` + String.raw`\&123\>`],
    ['[x](https://evil.example)', String.raw`\[x\]\(https\://evil\.example\)`],
    ['![](//t.example/p.gif)', String.raw`\!\[\]\(//t\.example/p\.gif\)`],
    ['**b** _i_ ~~s~~ ||spoiler||', String.raw`\*\*b\*\* \_i\_ \~\~s\~\~ \|\|spoiler\|\|`],
    ['```\n# h', String.raw`\`\`\` \# h`],
    ['\\`', String.raw`\\` + String.raw`\``],
    ['<img src=x onerror=alert(1)>', String.raw`\<img src=x onerror=alert\(1\)\>`],
    ['1. a', String.raw`1\. a`],
  ])('makes %j to %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

describe('text for HTML', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    [`" onmouseover='x'`, '&quot; onmouseover=&#39;x&#39;'],
    ['&lt;', '&amp;lt;'],
    ['a\r\nb\u{202e}c', 'a bc'],
    ['@everyone', '@everyone'],
  ])('makes %j to %j', (text, escaped) => {
    expect(escapeHtml(text)).toBe(escaped);
  });
});

describe('text for Telegram', () => {
  it.each([
    ['<b>x</b> & "y"', '&lt;b&gt;x&lt;/b&gt; &amp; &quot;y&quot;'],
    ["it's", "it's"],
    ['<a href="tg://user?id=1">me</a>', '&lt;a href=&quot;tg://user?id=1&quot;&gt;me&lt;/a&gt;'],
    ['@some_bot', `@${ZW}some_bot`],
    ['a\nb\u{202e}', 'a b'],
  ])('makes %j to %j', (text, escaped) => {
    expect(escapeTelegram(text)).toBe(escaped);
  });
});
