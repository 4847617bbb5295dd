import { beforeAll, describe, expect, it } from 'vitest';
import { MOST_EVIDENCE_BYTES } from '../../src/core/kept-evidence.ts';
import { type Evidence, NO_EVIDENCE } from '../../src/core/evidence.ts';
import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import type { IncidentRow } from '../../src/db/trouble-schema.ts';
import { endIncident, troubleTables } from '../../src/recorder/end-incident.ts';
import { memoryDatabases } from '../support/database.ts';
import { MINUTE, NOON, resultsOf, Watching } from '../support/recorded-trouble.ts';

let watching: (...monitors: Partial<HttpMonitor>[]) => Watching;
beforeAll(async () => {
  const open = await memoryDatabases();
  watching = (...monitors) => new Watching(open(), ...monitors);
});

const at = (minute: number) => NOON + minute * MINUTE;
const refused = { reason: 'conn_refused', message: 'refused', statusCode: null, durationMs: 12.34, unmet: [] };
const seen = (got: string): Evidence => ({
  ...NO_EVIDENCE,
  findings: [{ what: 'status', ok: false, expected: '2xx', got, reason: 'status_unexpected', severity: 'down' }],
});
const unexpected = { reason: 'status_unexpected', message: 'got 503', statusCode: 503 } as const;

interface KeptMoment {
  readonly moment: string;
  readonly slot: number;
  readonly data: string;
}
const evidenceOf = (watch: Watching) =>
  watch.rows<KeptMoment>('SELECT moment, slot, data FROM incident_evidence ORDER BY incident, moment');

describe('an incident', () => {
  it('tells its course', () => {
    const watch = watching({ retries: 1 });
    watch.play('UFFXFU');
    const confirmed = { rule: 'retries', count: 2, first: at(1), last: at(2) };
    const recovered = { rule: 'recover_after', count: 1, first: at(5), last: at(5) };
    expect(watch.timeline(1)).toEqual([
      ['first_failure', { slot: at(1), cause: refused }],
      ['confirmed', { proof: confirmed }],
      ['unobserved', { reason: 'network_unreachable' }],
      ['first_success', { slot: at(5) }],
      ['resolved', { resolution: 'recovered', by: null, note: null, proof: recovered }],
    ]);
    expect(watch.rows<IncidentRow>('SELECT * FROM incidents')).toMatchObject([
      { monitor: 1, status: 'up', started_at: at(1), opened_at: at(2), resolved_at: at(5), closed_at: at(5) },
    ]);
  });

  it('says how its monitor stands while it is open', () => {
    const watch = watching();
    const statuses = 'UFXXFD'.split('').map((letter) => {
      watch.play(letter);
      return watch.rows<IncidentRow>('SELECT status FROM incidents')[0]?.status;
    });
    expect(statuses).toEqual([undefined, 'down', 'unknown', 'unknown', 'down', 'degraded']);
  });

  it('is told once when its monitor was only degraded for a while', () => {
    const watch = watching({ degraded: { response_time: null, after: 1 }, retries: 0 });
    watch.play('UFDFU');
    expect(watch.spans()).toBe('U0 F1 D2 F3 U4');
    expect(watch.incidents()).toEqual(['1 down critical 1-4 recovered']);
    expect(watch.events()).toEqual(['down 1 U>F', 'up 1 F>U']);
  });

  it('lasts until its monitor is up, also when the first success was still degraded', () => {
    const rules = { degraded: { response_time: null, after: 1 }, recover_after: 2, retries: 0 };
    const watch = watching(rules);
    watch.play('UFDUU');
    expect(watch.spans()).toBe('U0 F1 D2 U3');
    expect(watch.incidents()).toEqual(['1 down critical 1-3 recovered']);
    const proof = { rule: 'recover_after', count: 2, first: at(2), last: at(3) };
    expect(watch.timeline(1)).toContainEqual(['first_success', { slot: at(2) }]);
    expect(watch.timeline(1).at(-1)).toEqual(['resolved', { resolution: 'recovered', by: null, note: null, proof }]);
  });

  it('ends at the first success when nobody knows of the time until the second', () => {
    const watch = watching({ recover_after: 2, retries: 0 });
    watch.play('UFUMU');
    expect(watch.incidents()).toEqual(['1 down critical 1-2 recovered']);
  });

  it('grows from degraded to down, with what changed', () => {
    const watch = watching({ degraded: { response_time: null, after: 1 }, retries: 1 });
    watch.play('UDFF');
    const proof = { rule: 'retries', count: 2, first: at(2), last: at(3) };
    expect(watch.timeline(1).at(-1)).toEqual(['changed', { from: 'degraded', to: 'down', cause: refused, proof }]);
    expect(watch.outbox().at(-1)).toMatchObject({
      kind: 'down',
      at: at(3),
      severity: 'critical',
      data: { from: 'degraded', to: 'down', since: at(2), until: null, cause: refused, proof },
    });
  });

  it('has the cause of the first failure, of the confirmation and of the end', () => {
    const watch = watching({ retries: 1 });
    const first = { ...unexpected, evidence: seen('503') };
    watch.play('U');
    watch.play('F', first);
    watch.play('F', { reason: 'timeout_wait', message: 'no answer' });
    const unmet = [{ what: 'status', expected: '2xx', got: '503' }];
    expect(watch.timeline(1)[0]?.[1]).toMatchObject({ cause: { ...unexpected, unmet } });
    const cause = { reason: 'timeout_wait', message: 'no answer', statusCode: null, durationMs: 12.34, unmet: [] };
    expect(watch.outbox()[0]?.data.cause).toEqual(cause);
    watch.play('U');
    expect(watch.outbox()[1]?.data).toMatchObject({ since: at(1), until: at(3), cause });
  });

  it('knows the cause of a first failure that came in the same transaction', () => {
    const watch = watching({ retries: 1 });
    watch.record([...resultsOf('U'), ...resultsOf('F', 1, unexpected), ...resultsOf('F', 2)]);
    expect(watch.timeline(1)[0]?.[1]).toMatchObject({ cause: { ...unexpected, unmet: [] } });
  });

  it('keeps what was seen at the first failure and at the first success, also when more was sent later', () => {
    const watch = watching({ retries: 1, recover_after: 2 });
    watch.play('U');
    for (const got of ['500', '501', '502']) watch.play('F', { ...unexpected, evidence: seen(got) });
    watch.play('U', { evidence: { ...NO_EVIDENCE, facts: { answers: 'first' } } });
    watch.play('U', { evidence: { ...NO_EVIDENCE, facts: { answers: 'second' } } });
    const kept = evidenceOf(watch);
    expect(kept.map(({ moment, slot }) => [moment, slot])).toEqual([
      ['failure', at(1)],
      ['recovery', at(4)],
    ]);
    expect(kept[0]?.data).toContain('"got":"500"');
    expect(kept[1]?.data).toContain('first');
    // The newest of each status is kept beside it.
    expect(watch.rows<KeptMoment>("SELECT data FROM evidence WHERE status = 'down'")[0]?.data).toContain('"got":"502"');
  });

  it('does not grow for ever while its monitor flaps', () => {
    const watch = watching({ flapping: { changes: 6, window: 30 * MINUTE } });
    watch.play('UF'.repeat(1500));
    const incident = watch.rows<IncidentRow>('SELECT * FROM incidents').at(-1);
    expect(incident).toMatchObject({ flapping: 1, resolved_at: null });
    const course = watch.timeline(incident?.key ?? 0);
    expect(course[0]).toMatchObject(['first_failure', {}]);
    expect(course.filter(([kind]) => kind === 'changed').length).toBeGreaterThanOrEqual(200);
    expect(course.length).toBeLessThan(250);
    expect(course.at(-1)).toMatchObject(['changed', { to: 'down', proof: { last: at(2999) } }]);
  });

  it('leaves what was seen to the newest hundred of its monitor', () => {
    const watch = watching();
    for (let count = 0; count < 120; count += 1) {
      watch.play('UF', { ...unexpected, evidence: seen(`no ${count}`) });
    }
    watch.play('U');
    expect(watch.rows('SELECT key FROM incidents')).toHaveLength(120);
    expect(new Set(watch.rows<{ incident: number }>('SELECT incident FROM incident_evidence').map((row) => row.incident)).size).toBe(100); // prettier-ignore
    expect(evidenceOf(watch).at(-1)?.data).toBeDefined();
    expect(watch.timeline(1).length).toBeGreaterThan(2);
  });

  it('keeps of what was seen no more than of any check, and no secret', () => {
    const watch = watching();
    watch.writer.hide(['s3cret']);
    const facts = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`fact ${index}`, 'x'.repeat(300)]));
    watch.play('F', { message: 'got s3cret', evidence: { ...seen('s3cret'), facts } });
    const [kept] = evidenceOf(watch);
    expect(Buffer.byteLength(kept?.data ?? '')).toBeLessThanOrEqual(MOST_EVIDENCE_BYTES);
    const all = watch.database.serialize().toString('latin1');
    expect(all).not.toContain('s3cret');
    expect(watch.outbox()[0]?.data.cause?.message).toBe('got …');
  });

  it.each([
    ['removed', [{ id: 'other' }]],
    ['disabled', [{ enabled: false }]],
  ] as const)('ends when its monitor is %s, and begins anew when that is watched again', (resolution, monitors) => {
    const watch = watching();
    watch.play('UF');
    expect(watch.sync(...monitors)).toBe(1);
    expect(watch.incidents()).toEqual([`1 down critical 1-2 ${resolution}`]);
    expect(watch.outbox()[1]).toMatchObject({
      kind: 'up',
      incident: 1,
      data: { from: 'down', to: 'unknown', since: at(1), until: at(2), proof: { rule: 'removed' } },
    });
    expect(watch.sync(...monitors)).toBe(0);
    // The last check was under way.
    watch.play('F');
    watch.minute = 10;
    watch.sync({});
    watch.play('FU');
    expect(watch.incidents()).toEqual([`1 down critical 1-2 ${resolution}`, '2 down critical 10-11 recovered']);
    expect(watch.events()).toEqual(['down 1 U>F', 'up 1 F>?', 'down 2 ?>F', 'up 2 F>U']);
  });

  it('does not count failures from before its monitor was switched off', () => {
    const watch = watching({ retries: 2 });
    watch.play('UFF');
    watch.sync({ retries: 2, enabled: false });
    watch.sync({ retries: 2 });
    watch.play('FF');
    expect(watch.incidents()).toEqual([]);
    watch.play('F');
    expect(watch.incidents()).toEqual(['1 down critical 3-open']);
  });

  it('can be ended by hand, and the same trouble opens no other', () => {
    const watch = watching();
    watch.play('UF');
    const tables = troubleTables(watch.database);
    const [incident] = tables.incidents.allOpen();
    const proof = { rule: 'by_hand', count: 0, first: watch.now, last: watch.now };
    endIncident(tables, incident!, {
      now: watch.now,
      resolvedAt: watch.now,
      resolution: 'by_hand',
      proof,
      from: 'down',
      to: null,
      by: 'cli',
      note: 'known',
    });
    watch.play('FDUF');
    expect(watch.incidents()).toEqual(['1 down critical 1-2 by_hand', '2 down critical 5-open']);
    expect(watch.timeline(1).at(-1)).toEqual(['resolved', { resolution: 'by_hand', by: 'cli', note: 'known', proof }]);
    expect(watch.events()).toEqual(['down 1 U>F', 'up 1 F>-', 'down 2 U>F']);
  });

  it('is undone together with the results that brought it', () => {
    const watch = watching();
    watch.play('U');
    watch.database.exec("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END");
    expect(() => watch.record(resultsOf('FUB', 1))).toThrow('no');
    watch.database.exec('DROP TRIGGER full');
    expect([watch.spans(), watch.incidents()]).toEqual(['U0', []]);
    expect(watch.record(resultsOf('FUB', 1)).events).toBe(3);
    expect(watch.incidents()).toEqual(['1 down critical 1-2 recovered', '2 blind warning 3-open']);
  });

  it('of a monitor that an import found well ends at the next start', () => {
    const watch = watching();
    watch.play('UF');
    watch.writer.finish(watch.now);
    watch.database.exec(`INSERT INTO spans (monitor, start, status) VALUES (1, ${at(5)}, 'up');
      UPDATE heads SET slot = ${at(5)}, since = ${at(5)}, status = 'up', machine = NULL`);
    watch.minute = 6;
    expect(watch.restart()).toEqual({ orders: [], events: 1 });
    expect(watch.incidents()).toEqual(['1 down critical 1-5 recovered']);
    expect(watch.restart()).toEqual({ orders: [], events: 0 });
  });
});

describe('being blind', () => {
  const both = [{ id: 'website' }, { id: 'intranet' }];
  const intranet = { monitor: 'intranet' };

  it('is one incident for each place, from which it is seen again when a monitor is that was not', () => {
    const watch = watching(...both);
    watch.play('U');
    watch.record(resultsOf('B', 1));
    watch.record(resultsOf('B', 1, { monitor: 'intranet', location: 'berlin' }));
    watch.record(resultsOf('BB', 2));
    watch.record(resultsOf('U', 4));
    expect(watch.incidents()).toEqual(['1 blind warning 1-4 recovered', '2 blind warning 1-open']);
    expect(watch.events()).toEqual(['blind 1 ->?', 'blind 2 ->?', 'sighted 1 ?>U']);
    expect(watch.outbox().map(({ monitor, data }) => [monitor, data.location])).toEqual([
      [null, 'local'],
      [null, 'berlin'],
      [null, 'local'],
    ]);
    expect(watch.timeline(1).map(([kind]) => kind)).toEqual(['first_failure', 'first_success', 'resolved']);
  });

  it('does not end by what lies on our side of the cut', () => {
    const watch = watching(...both);
    watch.record(resultsOf('U', 0, intranet));
    for (let minute = 1; minute < 20; minute += 1) {
      watch.record(resultsOf('B', minute));
      watch.record(resultsOf('U', minute, intranet));
    }
    expect(watch.incidents()).toEqual(['1 blind warning 1-open']);
    watch.record(resultsOf('F', 20));
    expect(watch.incidents()).toEqual(['1 blind warning 1-20 recovered', '2 down critical 20-open']);
  });

  it('ends when what was cut off is not checked from there any more, and the rest is seen', () => {
    const watch = watching(...both);
    watch.record(resultsOf('U', 0, intranet));
    watch.record(resultsOf('B', 1));
    watch.restart();
    watch.record(resultsOf('UUUUUU', 1, intranet));
    expect(watch.incidents()).toEqual(['1 blind warning 1-open']);
    watch.record(resultsOf('U', 7, intranet));
    expect(watch.incidents()).toEqual(['1 blind warning 1-7 recovered']);
  });
});
