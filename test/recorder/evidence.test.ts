import { beforeAll, describe, expect, it } from 'vitest';
import { type Evidence, NO_EVIDENCE } from '../../src/core/evidence.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Database } from '../../src/db/native.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

const seen = (address: string): Evidence => ({ ...NO_EVIDENCE, attempts: [{ address, reason: null, ms: 1 }] });
const at = (second: number, overrides: Partial<CheckResult>): CheckResult =>
  aResult({ slot: NOON + second * 1000, interval: 1000, ...overrides });
const down = { status: 'down', reason: 'body_unexpected' } as const;

function aWriter(secrets: readonly string[] = []) {
  const database = open();
  const writer = new Writer(database, NOON);
  const auth = { basic: { username: 'me', password: 'hunter22' } };
  writer.sync([aMonitor({ auth }), aMonitor({ id: 'other' })], secrets, NOON);
  const flush = (...results: CheckResult[]) => writer.flush({ batches: [results], now: NOON });
  const kept = () =>
    database
      .prepare<[], { slot: number; status: string; data: string }>('SELECT * FROM evidence ORDER BY monitor, status')
      .all()
      .map(({ slot, status, data }) => ({ at: (slot - NOON) / 1000, status, data: JSON.parse(data) as CheckResult }));
  return { database, flush, kept };
}

describe('evidence', () => {
  it('is kept of the newest check of each status that brought some', () => {
    const { flush, kept } = aWriter();
    flush(at(0, { evidence: seen('a') }), at(1, {}), at(2, { ...down, evidence: seen('b') }));
    flush(at(3, { evidence: seen('c') }), at(4, { location: 'there', evidence: seen('d') }), at(5, {}));
    expect(kept()).toMatchObject([
      { at: 2, status: 'down', data: { reason: 'body_unexpected', attempts: [{ address: 'b' }] } },
      { at: 3, status: 'up', data: { reason: null, attempts: [{ address: 'c' }] } },
      { at: 4, status: 'up', data: { attempts: [{ address: 'd' }] } },
    ]);
  });

  it('of an earlier check does not take the place of a later one', () => {
    const { flush, kept } = aWriter();
    flush(at(0, {}), at(4, { evidence: seen('new') }));
    flush(at(2, { evidence: seen('old') }), at(3, { ...down, evidence: seen('late') }));
    expect(kept()).toMatchObject([
      { at: 3, data: { attempts: [{ address: 'late' }] } },
      { at: 4, data: { attempts: [{ address: 'new' }] } },
    ]);
  });

  it.each([['a text'], [[]], [{}], [{ ...NO_EVIDENCE, attempts: [null] }], [{ ...NO_EVIDENCE, facts: { a: 1 } }]])(
    'that is none (%j) does not cost the result',
    (evidence) => {
      const { flush, kept } = aWriter();
      const report = flush(at(0, { evidence: evidence as unknown as Evidence }));
      expect(report.receipts[0]?.recorded).toBe(1);
      expect(kept()).toEqual([]);
    },
  );

  it('and messages hold no secret of the file, written plainly or not, nor as it is sent', () => {
    const { database, flush, kept } = aWriter(['from-a-variable']);
    const basic = Buffer.from('me:hunter22').toString('base64');
    const words = `"Authorization: Basic ${basic}; hunter22; from-a-variable"`;
    const finding = {
      what: 'body',
      ok: false,
      expected: 'x',
      got: words,
      reason: down.reason,
      severity: 'down',
    } as const;
    const evidence = { ...NO_EVIDENCE, findings: [finding], facts: { [words]: words } };
    flush(at(0, { ...down, message: `got ${words}`, evidence }), at(0, { monitor: 'other', ...down, message: words }));
    const messages = database.prepare('SELECT message FROM journal').pluck().all();
    expect(messages).toEqual(['got "Authorization: Basic …=; …; …"', '"Authorization: Basic …=; …; …"']);
    expect(kept()[0]?.data).toMatchObject({ message: messages[0] });
    expect(JSON.stringify(kept())).not.toMatch(new RegExp(`hunter22|from-a-variable|${basic.slice(0, 8)}`));
  });

  it('is freed from secrets by a writer that took the place of another, too', () => {
    const { database } = aWriter();
    const next = new Writer(database, NOON);
    next.hide(['from-a-variable']);
    next.flush({ batches: [[at(0, { ...down, message: 'from-a-variable' })]], now: NOON });
    expect(database.prepare('SELECT message FROM journal').pluck().get()).toBe('…');
  });
});

describe('a trace', () => {
  it('is kept as a mark, beside a seed that is made once', () => {
    const { database, flush } = aWriter();
    flush(at(0, { traceId: 'ab'.repeat(16) }), at(1, { traceId: null }));
    expect(database.prepare('SELECT traced FROM journal ORDER BY slot').pluck().all()).toEqual([1, null]);
    const { traceSeed } = new Writer(database, NOON);
    expect(traceSeed).toMatch(/^[0-9a-f]{32}$/);
    expect(new Writer(database, NOON).traceSeed).toBe(traceSeed);
    expect(new Writer(open(), NOON).traceSeed).not.toBe(traceSeed);
  });
});
