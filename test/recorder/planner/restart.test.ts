import { expect, it } from 'vitest';
import type { ReadyNotification } from '../../../src/core/notify/message.ts';
import type { NotificationRow } from '../../../src/db/trouble-schema.ts';
import { fc } from '../../support/property.ts';
import { aPolicy, DELIVERED, FAILED, HOUR, MINUTE, Office, SECOND } from './office.ts';

const MONITORS = ['edge', 'a', 'b', 'c', 'd', 'e', 'f'];
const CHANNELS = ['mail', 'chat'];

const monitor = fc.constantFrom(...MONITORS);
const channel = fc.constantFrom(...CHANNELS);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const), monitor }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 100, 400, SECOND, 10 * SECOND, MINUTE, 7 * MINUTE),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('plan' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), settled: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), channel, works: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), monitor }) },
);

const policy = fc.constantFrom(
  aPolicy({ tell: CHANNELS }),
  aPolicy({ tell: CHANNELS, storm: null }),
  aPolicy({ tell: CHANNELS, storm: { over: 2, within: MINUTE } }),
  aPolicy({ tell: CHANNELS, delay: 5 * SECOND, repeat: 3 * MINUTE, escalate: [{ after: MINUTE, tell: ['mail'] }] }),
  aPolicy({ tell: CHANNELS, digest: MINUTE }),
  aPolicy({ tell: CHANNELS, maxRate: { messages: 2, within: MINUTE } }),
);

/** What is ready was handed to whoever sends it, who may be killed before and after it is sent, and before it is settled. */
class Sender {
  readonly office: Office;
  waiting: ReadyNotification[] = [];
  /** Ids in the order in which a receiver that knows them saw them first, by channel. */
  readonly seen = new Map<string, string[]>();
  readonly works = new Map(CHANNELS.map((id) => [id, true]));

  constructor(office: Office) {
    this.office = office;
  }

  plan(): void {
    this.waiting.push(...this.office.plan().ready);
  }

  send(isSettled: boolean): void {
    const ready = this.waiting.shift();
    if (ready === undefined) return;
    const works = this.works.get(ready.channel) === true;
    const seen = this.seen.get(ready.channel) ?? [];
    if (works && !seen.includes(ready.message.id)) this.seen.set(ready.channel, [...seen, ready.message.id]);
    const { key: notification, attempt } = ready;
    const report = { ...(works ? DELIVERED : FAILED), notification, attempt, at: this.office.now, tookMs: 1 };
    if (isSettled) this.office.planner.settle([report], this.office.now);
  }

  restart(): void {
    this.waiting = [];
    this.office.restart();
  }

  /** Everything works from now on, for as long as it takes. */
  finish(): void {
    for (const id of CHANNELS) this.works.set(id, true);
    this.restart();
    const end = this.office.now + 3 * HOUR;
    while (this.office.now < end) {
      this.plan();
      if (this.waiting.length > 0) {
        while (this.waiting.length > 0) this.send(true);
        continue;
      }
      const { nextAt } = this.office.plan();
      if (nextAt === null) return;
      this.office.now = Math.max(this.office.now + 1, nextAt);
    }
  }
}

function isOpen(office: Office, id: string): boolean {
  return (
    office.database
      .prepare('SELECT 1 FROM incidents WHERE monitor = ? AND resolved_at IS NULL')
      .get(office.keyOf(id)) !== undefined
  );
}

function act(sender: Sender, command: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  const { office } = sender;
  switch (command.do) {
    case 'turn':
      if (isOpen(office, command.monitor)) office.up(command.monitor);
      else office.down(command.monitor);
      break;
    case 'pass':
      office.now += command.ms;
      break;
    case 'plan':
      sender.plan();
      break;
    case 'send':
      sender.send(command.settled);
      break;
    case 'restart':
      sender.restart();
      break;
    case 'answer':
      sender.works.set(command.channel, command.works);
      break;
    case 'acknowledge':
      if (isOpen(office, command.monitor)) {
        const { key: incident } = office.openIncident(command.monitor);
        office.planner.act({ do: 'acknowledge', incident, by: 'ann', note: null }, office.now);
      }
      break;
  }
}

/** The row that tells what another one would have told. */
function tellerOf(row: NotificationRow, rows: ReadonlyMap<number, NotificationRow>): NotificationRow {
  const into = row.merged_into === null ? undefined : rows.get(row.merged_into);
  return into === undefined ? row : tellerOf(into, rows);
}

function expectOnce(sender: Sender): void {
  const { office } = sender;
  const rows = new Map(office.rows().map((row) => [row.key, row]));
  const events = office.database
    .prepare<[], { seq: number; kind: string; incident: number | null }>(
      'SELECT seq, kind, incident FROM outbox ORDER BY seq',
    )
    .all();
  const delivered = [...rows.values()].filter(({ state }) => state === 'delivered').map(({ id }) => id);
  expect([...sender.seen.values()].flat().toSorted()).toEqual(delivered.toSorted());
  for (const { seq, kind, incident } of events) {
    for (const id of CHANNELS) {
      const told = [...rows.values()].filter((row) => row.seq === seq && row.channel === id && row.kind === kind);
      if (kind.startsWith('channel_')) continue;
      expect(told, `${kind} ${seq} to ${id}`).toHaveLength(1);
      const [row] = told;
      expect(['delivered', 'dropped', 'merged'], `${kind} ${seq} to ${id}`).toContain(row?.state);
      expect(row?.state === 'merged' ? tellerOf(row, rows).state : 'delivered').toBe('delivered');
      if (kind !== 'up' || row?.state === 'dropped') continue;
      const begin = [...rows.values()].find(
        (one) => one.incident === incident && one.channel === id && one.kind === 'down',
      );
      const order = sender.seen.get(id) ?? [];
      const [first, last] = [begin!, row!].map((one) => order.indexOf(tellerOf(one, rows).id));
      expect(first, `the beginning of ${incident} to ${id}`).toBeLessThanOrEqual(last!);
      expect(first).toBeGreaterThanOrEqual(0);
    }
  }
  const left = [...rows.values()].filter(
    ({ state, kind }) => kind !== 'reminder' && (state === 'waiting' || state === 'ready'),
  );
  expect(left).toEqual([]);
}

it('tells each event once to each channel, whenever the process is killed and whatever channels answer', () => {
  fc.assert(
    fc.property(policy, fc.array(step, { minLength: 5, maxLength: 60 }), (chosen, steps) => {
      const dependent = MONITORS.slice(3).map((id) => ({ id, dependsOn: ['edge'] }));
      const office = new Office({
        channels: CHANNELS,
        monitors: [...MONITORS.slice(0, 3), ...dependent],
        policies: [chosen],
      });
      const sender = new Sender(office);
      for (const command of steps) act(sender, command);
      sender.finish();
      expectOnce(sender);
    }),
    { numRuns: 25 },
  );
}, 120_000);
