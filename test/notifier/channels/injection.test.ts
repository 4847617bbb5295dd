import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/core/notify/message.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { anyItem, anyMessage, SHOP } from '../any-message.ts';
import { startService, type RecordingService } from './recording-receiver.ts';
import { channelOf, HTTP_TYPES, send, WRITTEN } from './written-channels.ts';

const { keep } = closeAfterEach();
let service: RecordingService;
beforeEach(async () => {
  service = await keep(startService());
});

/** What a name, a target's answer or a location could hold. */
const HOSTILE =
  '<!channel> @everyone @here <@U123> <users/all> [click](https://evil.example) **b** <script>alert(1)</script> <https://evil.example|ok> "q" \r\nBcc: a@b.example\u202e\u200b {{title}} ${7*7}';

const MONITOR = {
  ...SHOP,
  name: HOSTILE,
  group: HOSTILE,
  target: `https://shop.example/${HOSTILE}`,
  tags: { team: HOSTILE },
};
const CAUSE = {
  reason: 'status_unexpected' as const,
  message: HOSTILE,
  statusCode: 503,
  durationMs: 1,
  unmet: [{ what: HOSTILE, expected: HOSTILE, got: HOSTILE }],
};
const MESSAGES: readonly Message[] = [
  anyMessage({ monitor: MONITOR, cause: CAUSE }),
  anyMessage({ kind: 'storm', monitor: null, items: [anyItem({ monitor: MONITOR, cause: CAUSE })], total: 1 }),
  anyMessage({ kind: 'blind', monitor: null, about: HOSTILE, cause: CAUSE }),
  anyMessage({ kind: 'report', monitor: null, report: { title: HOSTILE, text: HOSTILE, html: '' } }),
];

/** What each service that acts on text must not be given; the others show text as it is. */
const FORBIDDEN: Partial<Record<(typeof HTTP_TYPES)[number], RegExp>> = {
  slack: /@everyone|@here|@U123|<!|<@|<users|<https:\/\/evil|<script/,
  google_chat: /@everyone|@here|@U123|<!|<@|<users|<https:\/\/evil|<script/,
  discord: /@everyone|@here|@U123|(?<!\\)<[^h]|(?<!\\)\]\(https:\/\/evil/,
  mattermost: /@everyone|@here|@U123|(?<!\\)<|(?<!\\)\]\(https:\/\/evil/,
  telegram: /@everyone|@here|@U123|<(?!\/?b>|\/?a\b)|href="https:\/\/evil/,
  matrix: /@everyone|@here|@U123|href="https:\/\/evil/,
  apprise: /@everyone|@here|@U123|[<>]|\]\(/,
};

async function texts(type: (typeof HTTP_TYPES)[number]): Promise<string[]> {
  for (const message of MESSAGES) await send(channelOf(type, WRITTEN[type](service.url)), message);
  return service.requests.flatMap(({ body }) =>
    stringsIn(body.startsWith('{') || body.startsWith('[') ? JSON.parse(body) : body),
  );
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

describe.each(Object.entries(FORBIDDEN))('%s', (type, forbidden) => {
  it('mentions nobody, links nothing and runs nothing, whatever things are called', async () => {
    const all = await texts(type as keyof typeof FORBIDDEN);
    expect(all.join('')).toContain('channel');
    for (const text of all) expect(text).not.toMatch(forbidden);
  });
});

describe('Matrix', () => {
  it('is given HTML with no tags but our own', async () => {
    const pages = (await texts('matrix')).filter((text) => text.includes('<strong>'));
    expect(pages).toHaveLength(MESSAGES.length);
    for (const page of pages) expect(page).not.toMatch(/<(?!\/?strong>|br>|\/?a\b)/);
  });
});

describe.each(HTTP_TYPES.filter((type) => type !== 'webhook'))('%s', (type) => {
  it('shows no character that turns the direction of text or cannot be seen', async () => {
    for (const text of await texts(type)) expect(text).not.toMatch(/\u202e|\r/);
  });
});

describe('Discord and Mattermost', () => {
  it.each(['discord', 'mattermost'] as const)('%s shows markup as it was written', async (type) => {
    const all = (await texts(type)).join('\n');
    expect(all).toContain(String.raw`\[click\]\(https\://evil\.example\)`);
  });
});

describe('Slack', () => {
  it('shows angle brackets as they were written', async () => {
    expect((await texts('slack')).join('\n')).toContain('&lt;!channel&gt;');
  });
});

describe('Telegram and Matrix,', () => {
  it.each(['telegram', 'matrix'] as const)('%s shows tags as they were written', async (type) => {
    expect((await texts(type)).join('\n')).toContain('&lt;script&gt;');
  });
});
