import { describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../src/core/outcome.ts';
import { aFolder } from '../support/longwatch.ts';
import { playWeek, type Heard } from '../support/played-week.ts';

const MINUTE = 60_000;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** A Monday. */
const START = Date.UTC(2026, 10, 16);

const NODES = Array.from({ length: 10 }, (_, index) => `node-${index}`);
const BATCH = Array.from({ length: 30 }, (_, index) => `batch-${index}`);

const FILE = `server: { listen: '127.0.0.1:0' }
defaults: { interval: 5m, timeout: 4s }
channels:
  - { id: ops, type: webhook, url: 'http://127.0.0.1:9/ops' }
  - { id: chat, type: webhook, url: 'http://127.0.0.1:9/chat' }
  - { id: boss, type: webhook, url: 'http://127.0.0.1:9/boss' }
policies:
  - { id: db, for: { monitors: [db] }, tell: [ops], repeat: 1h, escalate: [{ after: 15m, tell: [boss] }] }
  - { id: sales, for: { groups: [Sales] }, tell: [chat], quiet: { from: '22:00', to: '07:00', zone: UTC } }
  - { id: all, tell: [ops] }
maintenance:
  - { id: patch-day, name: Patch day, for: { groups: [Sales] }, days: [sun], at: '02:00', duration: 2h, zone: UTC }
monitors:
${[
  '{ id: shop, group: Sales',
  '{ id: cart, group: Sales',
  '{ id: blog, severity: warning',
  '{ id: flappy',
  '{ id: db',
  '{ id: edge',
  ...NODES.map((id) => `{ id: ${id}, group: Nodes, depends_on: [edge]`),
  ...BATCH.map((id) => `{ id: ${id}, group: Batch`),
]
  .map((head, index) => `  - ${head}, url: 'http://127.0.0.1:9/${index}' }`)
  .join('\n')}
`;

/** The script: what is out of order from when to when, as day and time of the week. */
const SCRIPT: readonly { of: readonly string[]; from: string; to: string; seen?: Partial<Outcome> }[] = [
  { of: ['shop'], from: 'Mon 10:02', to: 'Mon 10:31' },
  // A moment, seen by one check and by none of those that confirm.
  { of: ['shop'], from: 'Mon 12:00', to: 'Mon 12:00:03' },
  { of: ['blog'], from: 'Tue 03:10', to: 'Tue 03:12' },
  { of: ['shop'], from: 'Tue 23:01', to: 'Wed 01:00' },
  { of: ['cart'], from: 'Tue 23:40', to: 'Tue 23:50' },
  { of: ['edge', ...NODES.filter((id) => id !== 'node-3')], from: 'Wed 14:00', to: 'Wed 14:40' },
  { of: ['node-3'], from: 'Wed 14:00', to: 'Wed 15:10' },
  ...Array.from({ length: 12 }, (_, turn) => ({
    of: ['flappy'],
    from: `Thu ${at(9 * 60 + 5 + turn * 10)}`,
    to: `Thu ${at(9 * 60 + 8 + turn * 10)}`,
  })),
  { of: ['blog'], from: 'Thu 13:00', to: 'Thu 14:00', seen: { status: 'degraded', reason: 'response_slow' } },
  { of: ['shop'], from: 'Thu 18:30', to: 'Thu 19:30' },
  { of: BATCH, from: 'Fri 03:00', to: 'Fri 03:20' },
  { of: ['db'], from: 'Fri 12:00', to: 'Fri 15:10' },
  {
    of: ['shop', 'cart', 'blog', 'flappy', 'db', 'edge', ...NODES, ...BATCH],
    from: 'Sat 05:00',
    to: 'Sat 05:30',
    seen: { status: 'unknown', reason: 'cut_off' },
  },
  { of: ['shop'], from: 'Sun 02:05', to: 'Sun 02:20' },
  { of: ['shop'], from: 'Sun 02:30', to: 'Sun 05:00' },
];

/** What the channels must hear of it. */
const TOLD = {
  ops: [
    'Mon 10:05 down shop',
    'Mon 10:35 up shop',
    'Tue 03:10 down blog',
    'Tue 03:15 up blog',
    'Tue 23:05 down shop',
    'Tue 23:40 down cart',
    'Tue 23:50 up cart',
    'Wed 01:00 up shop',
    'Wed 14:00 down edge (10 of 10 dependants)',
    'Wed 14:40 up edge',
    'Wed 14:40 parent_recovered node-3',
    'Wed 15:10 up node-3',
    'Thu 09:05 down flappy',
    'Thu 09:10 up flappy',
    'Thu 09:15 down flappy',
    'Thu 09:20 up flappy',
    'Thu 09:25 down flappy',
    'Thu 09:30 flapping flappy',
    'Thu 11:30 calm flappy',
    'Thu 13:05 degraded blog',
    'Thu 14:00 up blog',
    'Fri 03:00 storm of 30',
    'Fri 03:20 storm of 30',
    'Fri 12:00 down db',
    'Fri 13:00 reminder db',
    'Fri 15:10 up db',
    'Sat 05:01 blind',
    'Sat 05:30 sighted',
    'Sun 04:00 maintenance_ended shop',
    'Sun 05:00 up shop',
  ],
  chat: ['Mon 10:05 down shop', 'Mon 10:35 up shop', 'Wed 07:00 digest of 2', 'Sun 07:00 up shop'],
  boss: ['Fri 12:15 escalation db', 'Fri 15:10 up db'],
} as const;

describe('a week of trouble', () => {
  it(
    'is told to each channel as it was: once, soon, and only what it wants to know',
    { timeout: 120_000 },
    async () => {
      const folder = aFolder();
      onTestFinished(() => folder.remove());
      const week = await playWeek({
        file: folder.write('longwatch.yaml', FILE),
        database: `${folder.path}/longwatch.db`,
        start: START,
        interval: 5 * MINUTE,
        seen: seenAt,
      });
      onTestFinished(() => week.close());
      // The process ends at the most awkward moments too: while something is confirmed, gathered, held, escalated.
      for (const stop of ['Mon 10:05:07', 'Tue 23:30', 'Wed 14:00:08', 'Wed 14:00:11', 'Thu 10:12', 'Thu 18:00']) {
        await week.playTo(moment(stop));
        await week.restart();
      }
      await week.beAwayUntil(moment('Thu 20:00'));
      for (const stop of ['Fri 03:00:10', 'Fri 03:00:11', 'Fri 12:14', 'Fri 13:30']) {
        await week.playTo(moment(stop));
        await week.restart();
      }
      const open = week.heard.findLast(({ message }) => message.monitor?.id === 'db')?.message.incident ?? 0;
      await week.recorder().act({ do: 'acknowledge', incident: open, by: 'test', note: null });
      for (const stop of ['Sat 05:00:30', 'Sun 03:00', 'Sun 06:59']) {
        await week.playTo(moment(stop));
        await week.restart();
      }
      await week.playTo(START + 7 * 24 * 60 * MINUTE);

      expect(heardBy('ops', week.heard)).toEqual(TOLD.ops);
      expect(heardBy('chat', week.heard)).toEqual(TOLD.chat);
      expect(heardBy('boss', week.heard)).toEqual(TOLD.boss);
      const ids = week.heard.map(({ message }) => message.id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );
});

function seenAt(monitor: string, now: number): Partial<Outcome> {
  const trouble = SCRIPT.find(({ of, from, to }) => of.includes(monitor) && now >= moment(from) && now < moment(to));
  if (trouble === undefined) return { status: 'up' };
  return (
    trouble.seen ?? { status: 'down', reason: 'status_unexpected', statusCode: 503, message: 'got 503, expected 200' }
  );
}

function heardBy(channel: string, heard: readonly Heard[]): string[] {
  return heard.filter((one) => one.channel === channel).map(lineOf);
}

function lineOf({ at: when, message }: Heard): string {
  const { kind, monitor, total, dependants } = message;
  const several = kind === 'digest' || kind === 'storm' ? ` of ${total}` : '';
  const below =
    dependants === null || dependants.down === 0 ? '' : ` (${dependants.down} of ${dependants.all} dependants)`;
  const minutes = Math.floor((when - START) / MINUTE);
  const day = DAYS[Math.floor(minutes / 1440)] ?? '';
  return `${day} ${at(minutes % 1440)} ${kind}${monitor === null ? '' : ` ${monitor.id}`}${several}${below}`;
}

function at(minuteOfDay: number): string {
  return `${String(Math.floor(minuteOfDay / 60)).padStart(2, '0')}:${String(minuteOfDay % 60).padStart(2, '0')}`;
}

/** `Wed 14:00` or `Wed 14:00:10` of the week, ms since the epoch. */
function moment(text: string): number {
  const [day = '', time = ''] = text.split(' ');
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return START + (((DAYS.indexOf(day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}
