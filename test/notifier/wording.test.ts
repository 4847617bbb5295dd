import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/notify/message.ts';
import { wordsOf } from '../../src/notifier/wording.ts';
import { anyItem, anyMessage, GOT_503, MINUTE, ON_TIME, REFUSED, SHOP, SINCE } from './any-message.ts';

const END = SINCE + 3 * MINUTE;
const over = { at: END + 1000, until: END, resolved: true };
const place = { monitor: null, status: null, about: 'berlin' };
const channel = { monitor: null, incident: null, status: null, about: 'ops-slack' };
const flapping = { rule: 'flapping', count: 6, first: SINCE, last: SINCE + 20 * MINUTE };
const api = { ...SHOP, id: 'api', name: 'API' };

const STORIES: [Partial<Message>, string, string][] = [
  [
    { kind: 'down', cause: REFUSED },
    'Shop is down',
    'Shop has been down since 2026-11-23 12:00:05 UTC: the connection was refused (192.0.2.7:443).',
  ],
  [
    { kind: 'down', cause: GOT_503 },
    'Shop is down',
    'Shop has been down since 2026-11-23 12:00:05 UTC: the status code is not an expected one: got 503, expected 2xx.',
  ],
  [
    { kind: 'down', cause: { ...GOT_503, message: null } },
    'Shop is down',
    'Shop has been down since 2026-11-23 12:00:05 UTC: the status code is not an expected one: status: expected 2xx, got 503.',
  ],
  [
    { kind: 'down', dependants: { all: 29, down: 12 } },
    'Shop is down, 29 dependants affected',
    'Shop has been down since 2026-11-23 12:00:05 UTC. 29 monitors depend on it, 12 of them are down.',
  ],
  [
    { kind: 'down', status: { from: 'degraded', to: 'down' } },
    'Shop is down',
    'Shop was degraded and is down now, in trouble since 2026-11-23 12:00:05 UTC.',
  ],
  [
    { kind: 'down', status: { from: 'degraded', to: 'down' }, dependants: { all: 1, down: 0 } },
    'Shop is down, 1 dependant affected',
    'Shop was degraded and is down now, in trouble since 2026-11-23 12:00:05 UTC. 1 monitor depends on it.',
  ],
  [{ kind: 'degraded' }, 'Shop is degraded', 'Shop has been degraded since 2026-11-23 12:00:05 UTC.'],
  [
    { kind: 'degraded', status: { from: 'down', to: 'degraded' } },
    'Shop is no longer down but degraded',
    'Shop is no longer down but degraded, in trouble since 2026-11-23 12:00:05 UTC.',
  ],
  [
    { kind: 'up', ...over, status: { from: 'down', to: 'up' } },
    'Shop is up again',
    'Shop is up again. It was down for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'up', ...over, status: { from: 'unknown', to: 'up' } },
    'Shop is up again',
    'Shop is up again. It was in trouble for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'up', ...over, proof: { rule: 'by_hand', count: 0, first: END, last: END } },
    'The incident of Shop was closed by hand',
    'Somebody closed the incident of Shop by hand. It was open for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'up', ...over, proof: { rule: 'removed', count: 0, first: END, last: END } },
    'Shop is no longer watched',
    'Shop was removed or disabled, so its incident is closed. It was open for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'flapping', proof: flapping },
    'Shop is flapping',
    'Shop keeps changing between good and bad. You hear of it again when it is steady.',
  ],
  [
    { kind: 'calm', ...over, status: { from: 'down', to: 'up' } },
    'Shop is steady again and up',
    'Shop is steady again and up. It was flapping for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'blind', ...place, cause: { ...REFUSED, reason: 'network_unreachable', message: null } },
    'Longwatch at berlin is cut off from the network',
    'Longwatch at berlin has been cut off from the network since 2026-11-23 12:00:05 UTC: this machine has no route to the network of the target. What it watches is unknown, not down.',
  ],
  [
    { kind: 'sighted', ...place, ...over },
    'Longwatch at berlin is back on the network',
    'Longwatch at berlin is back on the network. It was cut off for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'maintenance_ended', cause: REFUSED },
    'Shop is still down after maintenance',
    'Maintenance is over, but Shop has been down since 2026-11-23 12:00:05 UTC: the connection was refused (192.0.2.7:443).',
  ],
  [
    { kind: 'parent_recovered' },
    'Shop is still down',
    'What Shop depends on is up again, but Shop has been down since 2026-11-23 12:00:05 UTC.',
  ],
  [
    { kind: 'channel_failing', ...channel, cause: { ...REFUSED, reason: null, message: 'it answered 410 Gone' } },
    'Channel ops-slack is not working',
    'Channel ops-slack has not taken messages since 2026-11-23 12:00:05 UTC: it answered 410 Gone.',
  ],
  [
    { kind: 'channel_working', ...channel, ...over },
    'Channel ops-slack works again',
    'Channel ops-slack takes messages again. It took none for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC.',
  ],
  [
    { kind: 'reminder', at: SINCE + 30 * MINUTE, cause: REFUSED },
    'Shop is still down',
    'Shop has been down for 30 min, since 2026-11-23 12:00:05 UTC: the connection was refused (192.0.2.7:443). Nobody has acknowledged it yet.',
  ],
  [
    { kind: 'reminder', ...place, at: SINCE + 95 * MINUTE },
    'Longwatch at berlin is still cut off',
    'Longwatch at berlin has been cut off for 1 h 35 min, since 2026-11-23 12:00:05 UTC. Nobody has acknowledged it yet.',
  ],
  [
    { kind: 'reminder', at: SINCE + 30 * MINUTE, proof: flapping },
    'Shop is still flapping',
    'Shop has been flapping for 30 min, since 2026-11-23 12:00:05 UTC. Nobody has acknowledged it yet.',
  ],
  [
    { kind: 'escalation', at: SINCE + 15 * MINUTE },
    'Shop is down and nobody has acknowledged it',
    'Shop has been down for 15 min, since 2026-11-23 12:00:05 UTC. Nobody has acknowledged it yet.',
  ],
  [
    { kind: 'digest', monitor: null, items: [anyItem(), anyItem({ until: END })], total: 2 },
    '2 messages held back until now',
    '2 messages held back until now: 1 still going on, 1 over.',
  ],
  [
    {
      kind: 'storm',
      monitor: null,
      items: [anyItem({ since: END, monitor: api, kind: 'degraded' }), anyItem(), anyItem()],
      total: 3,
    },
    '3 alerts at once',
    '3 alerts at once: 2 down, 1 degraded. The first trouble began at 2026-11-23 12:00:05 UTC.',
  ],
  [
    { kind: 'storm', monitor: null, items: [anyItem({ kind: 'up', until: END })], total: 1 },
    '1 recovery at once',
    '1 recovery at once: 1 up again. The first trouble began at 2026-11-23 12:00:05 UTC.',
  ],
  [
    { kind: 'storm', monitor: null, items: [anyItem()], total: 80 },
    '80 alerts at once',
    '80 alerts at once: of the first 1, 1 down. The first trouble began at 2026-11-23 12:00:05 UTC.',
  ],
  [
    { kind: 'report', monitor: null, report: { title: 'Week 47', text: '\nAll was well.\n', html: '' } },
    'Week 47',
    'All was well.',
  ],
  [
    { kind: 'test', ...channel, since: null },
    'Test message from Longwatch',
    'This is a test. If you can read it, channel ops-slack works.',
  ],
];

describe('the words of a message', () => {
  it.each(STORIES)('of %o are: %s', (parts, title, summary) => {
    const words = wordsOf(anyMessage(parts), ON_TIME);
    expect(words.title).toBe(title);
    expect(words.summary).toBe(summary);
  });

  it('say each fact by its name', () => {
    const proof = { rule: 'retries', count: 3, first: SINCE, last: SINCE + 10_000 };
    const message = anyMessage({ cause: GOT_503, proof, dependants: { all: 1, down: 1 } });
    const words = wordsOf(message, { ...ON_TIME, lateBy: 12 * MINUTE });
    expect(words.fields.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      'Monitor: Shop',
      'Group: Sales',
      'Address: https://shop.example/',
      'Since: 2026-11-23 12:00:05 UTC',
      'Lasted: 10 s so far',
      'Why: the status code is not an expected one: got 503, expected 2xx',
      'Proof: 3 failures in a row, 2026-11-23 12:00:05 to 12:00:15 UTC',
      'Dependants: 1 monitor depends on it and is down',
      'Incident: #12',
      'Delivered: 12 min late',
    ]);
    expect(words.lines).toEqual(['status: expected 2xx, got 503']);
    expect(words.link).toBe('https://watch.example/incidents/12');
    expect(words.acknowledgeLink).toBe('https://watch.example/incidents/12/acknowledge?token=t');
  });

  it.each([
    ['retries', 1, 0, '1 failure, 2026-11-23 12:00:05 UTC'],
    ['recover_after', 2, MINUTE, '2 successes in a row, 2026-11-23 12:00:05 to 12:01:05 UTC'],
    ['degraded.after', 2, MINUTE, '2 degraded results in a row, 2026-11-23 12:00:05 to 12:01:05 UTC'],
    ['flapping', 6, 20 * MINUTE, '6 changes of status in 20 min, 2026-11-23 12:00:05 to 12:20:05 UTC'],
    ['retries', 3, 1440 * MINUTE, '3 failures in a row, 2026-11-23 12:00:05 to 2026-11-24 12:00:05 UTC'],
  ])('prove by %s with %i: %s', (rule, count, length, words) => {
    const proof = { rule, count, first: SINCE, last: SINCE + length };
    const { fields } = wordsOf(anyMessage({ proof }), ON_TIME);
    expect(fields.find(({ label }) => label === 'Proof')?.value).toBe(words);
  });

  it.each([
    [{ all: 1, down: 0 }, '1 monitor depends on it'],
    [{ all: 2, down: 0 }, '2 monitors depend on it'],
    [{ all: 2, down: 1 }, '2 monitors depend on it, 1 of them is down'],
    [{ all: 2, down: 2 }, '2 monitors depend on it, all of them are down'],
  ])('of %o are: %s', (dependants, words) => {
    const { fields } = wordsOf(anyMessage({ dependants }), ON_TIME);
    expect(fields.find(({ label }) => label === 'Dependants')?.value).toBe(words);
  });

  it('list what was gathered, and how much more there is', () => {
    const items = [
      anyItem({ cause: REFUSED }),
      anyItem({ monitor: api, until: END }),
      anyItem({ kind: 'maintenance_ended', until: END }),
      anyItem({ kind: 'up', until: END }),
      anyItem({ kind: 'blind', monitor: null }),
    ];
    expect(wordsOf(anyMessage({ kind: 'digest', monitor: null, items, total: 9 }), ON_TIME).lines).toEqual([
      'Shop: down since 2026-11-23 12:00:05 UTC (the connection was refused (192.0.2.7:443))',
      'API: was down for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC',
      'Shop: was down after maintenance for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC',
      'Shop: up again after 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC',
      'Longwatch: cut off from the network since 2026-11-23 12:00:05 UTC',
      'and 4 more',
    ]);
  });

  it('keep the columns of a report', () => {
    const report = { title: 'Week\r\n47', text: '  Shop  99.9 %\r\n  API  100 %\u{202e}\n\n', html: '' };
    const words = wordsOf(anyMessage({ kind: 'report', monitor: null, report }), ON_TIME);
    expect(words.title).toBe('Week 47');
    expect(words.lines).toEqual(['  Shop  99.9 %', '  API  100 %']);
  });

  it('are one line each, whatever a name or a target says', () => {
    const evil = 'a\r\nBcc: x\u{202e}\u{200b}\u{1b}[2J<!channel>\u{2028}b';
    const cause = { ...GOT_503, message: evil, unmet: [{ what: evil, expected: evil, got: evil }] };
    const monitor = { ...SHOP, name: evil, target: evil, group: evil };
    for (const [parts] of STORIES) {
      const items = [anyItem({ monitor, cause })];
      const report = { title: evil, text: evil, html: evil };
      const message = anyMessage({ ...parts, cause, about: evil, monitor, items, report });
      const { title, summary, fields, lines } = wordsOf(message, ON_TIME);
      const all = [title, summary, ...lines, ...fields.map(({ value }) => value)].join('');
      expect(all).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u{200b}]/u);
    }
  });

  it('never run long for a long name, and never lack one', () => {
    const long = wordsOf(anyMessage({ monitor: { ...SHOP, name: 'x'.repeat(5000) } }), ON_TIME);
    expect(long.title).toBe(`${'x'.repeat(99)}… is down`);
    expect(wordsOf(anyMessage({ monitor: { ...SHOP, name: '\u{200b}' } }), ON_TIME).title).toBe('shop is down');
  });
});
