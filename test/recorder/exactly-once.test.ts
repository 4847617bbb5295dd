import { beforeAll, describe, expect } from 'vitest';
import { NO_EVIDENCE } from '../../src/core/evidence.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Database } from '../../src/db/native.ts';
import { memoryDatabases } from '../support/database.ts';
import { fc, test } from '../support/property.ts';
import { MINUTE, NOON, resultsOf, Watching } from '../support/recorded-trouble.ts';

let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

const anyRules = fc.record({
  retries: fc.integer({ min: 0, max: 3 }),
  recover_after: fc.integer({ min: 1, max: 3 }),
  degraded: fc.integer({ min: 1, max: 3 }).map((after) => ({ response_time: null, after })),
  flapping: fc.option(
    fc.record({
      changes: fc.integer({ min: 2, max: 4 }),
      window: fc.integer({ min: 2, max: 15 }).map((minutes) => minutes * MINUTE),
    }),
  ),
});

/** Mostly in order and one a minute, some twice, some from elsewhere, some late. */
const anyResult = fc.record({
  letter: fc.constantFrom('U', 'U', 'U', 'D', 'F', 'F', 'F', 'M', 'X', 'B'),
  monitor: fc.constantFrom('website', 'other'),
  location: fc.constantFrom('local', 'local', 'local', 'berlin'),
  ahead: fc.constantFrom(1, 1, 1, 1, 1, 0, 3, -2),
  attempt: fc.constantFrom(1, 1, 2),
  hasEvidence: fc.boolean(),
});
const anyResults = fc.array(anyResult, { maxLength: 60 }).map((drafts) => {
  const minutes = new Map<string, number>();
  return drafts.map(({ letter, monitor, location, ahead, attempt, hasEvidence }): CheckResult => {
    const minute = Math.max(0, (minutes.get(monitor) ?? 0) + ahead);
    minutes.set(monitor, minute);
    const evidence = hasEvidence ? { ...NO_EVIDENCE, facts: { minute: String(minute) } } : null;
    const [result] = resultsOf(letter, minute, { monitor, location, attempt, evidence });
    return result!;
  });
});

/** In which groups results are written, and after which the program is killed and started again. */
const anyDelivery = fc.array(
  fc.record({ size: fc.integer({ min: 1, max: 9 }), restart: fc.boolean(), later: fc.nat(400_000) }),
);

/** All there is to say of trouble but when it was written. */
const TOLD = {
  spans: 'SELECT * FROM spans ORDER BY monitor, start',
  heads: 'SELECT monitor, slot, interval_ms, status, reason, since, last_status, machine FROM heads ORDER BY monitor',
  incidents: `SELECT key, kind, monitor, location, severity, status, started_at, resolved_at, resolution, cause, flapping
    FROM incidents ORDER BY key`,
  timeline: 'SELECT key, incident, kind, data FROM incident_events ORDER BY key',
  evidence: 'SELECT * FROM incident_evidence ORDER BY incident, moment',
  outbox: 'SELECT seq, kind, monitor, incident, severity, data FROM outbox ORDER BY seq',
};
function toldBy(watch: Watching): Record<string, unknown> {
  watch.writer.finish(watch.now);
  return Object.fromEntries(Object.entries(TOLD).map(([name, sql]) => [name, watch.rows(sql)]));
}

describe('trouble', () => {
  test(
    [anyResults, anyRules, anyDelivery],
    'is the same in whatever groups results are written, and however often the program is killed',
    (results, rules, groups) => {
      const monitors = [rules, { ...rules, id: 'other' }];
      const whole = new Watching(open(), ...monitors);
      const { events } = whole.record(results);
      const parts = new Watching(open(), ...monitors);
      const rest = [...results];
      let told = 0;
      for (const { size, restart, later } of [...groups, { size: rest.length, restart: true, later: 0 }]) {
        parts.minute += later / MINUTE;
        const batch = rest.splice(0, size);
        told += parts.record(batch).events;
        // What was not acknowledged comes once more.
        if (restart) told += parts.restart().events + parts.record(batch).events;
      }
      expect(toldBy(parts)).toEqual(toldBy(whole));
      expect(told).toBe(events);
      for (const { database } of [whole, parts]) database.close();
    },
  );

  test([anyResults, anyRules], 'is told at its beginning and at its end, each once', (results, rules) => {
    const watch = new Watching(open(), rules, { ...rules, id: 'other' });
    for (const result of results) watch.record([result]);
    const outbox = watch.outbox();
    for (const incident of watch.rows<{ key: number; resolved_at: number | null; flapping: number }>(
      'SELECT key, resolved_at, flapping FROM incidents',
    )) {
      const kinds = outbox.filter((event) => event.incident === incident.key);
      const [first, ...others] = kinds;
      expect(['down', 'degraded', 'flapping', 'blind']).toContain(first?.kind);
      const ends = kinds.filter(({ data }) => data.until !== null);
      expect(ends.length).toBe(incident.resolved_at === null ? 0 : 1);
      expect(ends.every((end) => end === kinds.at(-1))).toBe(true);
      for (const kind of ['down', 'degraded', 'blind']) {
        expect(kinds.filter((event) => event.kind === kind).length).toBeLessThanOrEqual(1);
      }
      expect(others.some(({ kind }) => kind === 'degraded' || kind === 'blind')).toBe(false);
    }
    watch.database.close();
  });

  test([anyResults, anyRules], 'lasts as long as spans are not up', (results, rules) => {
    const inOrder = results
      .filter(({ reason }) => reason !== 'cut_off')
      .toSorted((one, other) => one.slot - other.slot)
      .filter((result, index, all) => result.monitor === 'website' && result.slot !== all[index - 1]?.slot);
    const watch = new Watching(open(), { ...rules, flapping: null });
    watch.record(inOrder);
    const trouble = watch.rows<{ start: number }>(
      "SELECT start FROM spans WHERE status IN ('down', 'degraded') ORDER BY start",
    );
    const incidents = watch.rows<{ started_at: number; resolved_at: number | null }>(
      'SELECT started_at, resolved_at FROM incidents',
    );
    for (const { start } of trouble) {
      expect(
        incidents.filter(({ started_at, resolved_at }) => start >= started_at && start < (resolved_at ?? Infinity)),
      ).toHaveLength(1);
    }
    for (const { started_at } of incidents) {
      expect(trouble.some(({ start }) => start === started_at)).toBe(true);
      expect(started_at).toBeGreaterThanOrEqual(NOON);
    }
    watch.database.close();
  });
});
