import { beforeAll, describe, expect, it } from 'vitest';
import { NO_EVIDENCE, type Evidence } from '../../src/core/evidence.ts';
import { traceIdOf } from '../../src/core/trace-id.ts';
import type { Database } from '../../src/db/native.ts';
import { askEvidence } from '../../src/query/evidence.ts';
import { askMonitor } from '../../src/query/monitors.ts';
import { askResults } from '../../src/query/results.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const DAY = 86_400_000;
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

const certificate = (validTo: number) => {
  return { subject: 'a.example', issuer: 'CA', names: 'DNS:a.example', validFrom: 0, validTo, fingerprint: 'AB' };
};
const evidence: Evidence = {
  attempts: [{ address: '192.0.2.1:443', reason: 'conn_refused', ms: 1.23456 }],
  certificates: [certificate(NOON + 10.5 * DAY), certificate(NOON - DAY / 2), certificate(Number.NaN)],
  findings: [{ what: 'status', ok: false, expected: '2xx', got: '503', reason: 'status_unexpected', severity: 'down' }],
  facts: { 'http version': '1.1' },
};

describe('askEvidence', () => {
  it('tells what was seen, and how many days the certificates have left by now', () => {
    const database = open();
    const writer = new Writer(database, NOON);
    writer.sync([aMonitor()], [], NOON);
    const traceId = traceIdOf(writer.traceSeed, 'website', NOON);
    const down = { status: 'down', reason: 'status_unexpected', message: 'got 503', statusCode: 503 } as const;
    const address = '192.0.2.1:443';
    writer.flush({ batches: [[aResult({ slot: NOON, ...down, address, traceId, evidence })]], now: NOON });
    const [first, ...others] = askEvidence(database, { id: 'website', now: NOON + DAY }).evidence;
    expect(others).toEqual([]);
    expect(first).toEqual({
      slot: '2026-11-23T12:00:00.000Z',
      started_at: '2026-11-23T12:00:00.003Z',
      location: 'local',
      status: 'down',
      ok: false,
      reason: 'status_unexpected',
      message: 'got 503',
      status_code: 503,
      address: '192.0.2.1:443',
      duration_ms: 12.34,
      phases_ms: { dns: 1, connect: null, tls: null, wait: 10, body: null },
      trace_id: traceId,
      cut: false,
      findings: evidence.findings,
      attempts: [{ address: '192.0.2.1:443', reason: 'conn_refused', ms: 1.235 }],
      certificates: [
        expect.objectContaining({ expires_at: '2026-12-04T00:00:00.000Z', days_left: 9 }),
        expect.objectContaining({ expires_at: '2026-11-23T00:00:00.000Z', days_left: -2 }),
        expect.objectContaining({ expires_at: null, days_left: null, valid_from: '1970-01-01T00:00:00.000Z' }),
      ],
      facts: { 'http version': '1.1' },
    });
    expect(askResults(database, { id: 'website' }).results[0]?.trace_id).toBe(traceId);
  });

  it('gives the newest first, of every status and location', () => {
    const database = open();
    const writer = new Writer(database, NOON);
    writer.sync([aMonitor()], [], NOON);
    const at = (minute: number, location: string, status: 'up' | 'down') =>
      aResult({ slot: NOON + minute * 60_000, location, status, evidence: NO_EVIDENCE });
    writer.flush({ batches: [[at(0, 'b', 'up'), at(1, 'a', 'down'), at(2, 'b', 'up'), at(2, 'a', 'up')]], now: NOON });
    const answer = askEvidence(database, { id: 'website', now: NOON });
    const order = answer.evidence.map(({ slot, location, status }) => [slot.slice(14, 16), location, status]);
    expect(order).toEqual([
      ['02', 'a', 'up'],
      ['02', 'b', 'up'],
      ['01', 'a', 'down'],
    ]);
    expect(answer.evidence[0]).toMatchObject({ trace_id: null, ...NO_EVIDENCE });
  });

  it('has nothing of a monitor that was never checked, and keeps that of one that is gone', () => {
    const database = open();
    const writer = new Writer(database, NOON);
    writer.sync([aMonitor(), aMonitor({ id: 'never' })], [], NOON);
    writer.flush({ batches: [[aResult({ slot: NOON, evidence: NO_EVIDENCE })]], now: NOON });
    writer.sync([aMonitor({ id: 'never' })], [], NOON + DAY);
    expect(askEvidence(database, { id: 'never', now: NOON })).toEqual({ evidence: [] });
    expect(askEvidence(database, { id: 'website', now: NOON }).evidence).toHaveLength(1);
    const { monitors } = askMonitor(database, { id: 'website', now: NOON + DAY });
    expect(monitors[0]?.removed_at).toBe('2026-11-24T12:00:00.000Z');
    expect(() => askEvidence(database, { id: 'webiste', now: NOON })).toThrow('there is no monitor "webiste"');
  });
});
