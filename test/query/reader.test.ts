import { describe, expect, it, onTestFinished } from 'vitest';
import pino from 'pino';
import { HOUR_MS, hourOf } from '../../src/core/history/history-key.ts';
import { openReader } from '../../src/query/reader.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { aDatabase, aDatabasePath } from '../support/database.ts';
import { aFilledDatabase } from '../support/folded-history.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

describe('openReader', () => {
  it('answers from threads of its own what a recorder writes meanwhile', async () => {
    const path = aDatabasePath();
    const clock = new ManualClock();
    const recorder = await openRecorder({ path, clock, logger: pino({ level: 'silent' }) });
    onTestFinished(() => recorder.close());
    await recorder.syncMonitors([aMonitor()]);
    const reader = await openReader(path);
    onTestFinished(() => reader.close());
    const now = clock.now();
    expect((await reader.ask('monitors', { now })).monitors).toMatchObject([{ id: 'website', status: 'unknown' }]);
    await recorder.record([aResult({ slot: now })]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => reader.ask('results', { id: 'website' })));
    expect(answers.map(({ results }) => results.length)).toEqual(Array.from({ length: 10 }, () => 1));
    await expect(reader.ask('results', { id: 'webiste' })).rejects.toMatchObject({
      code: 'monitor_not_found',
      hint: 'Did you mean "website"?',
    });
  });

  it('says that the file is damaged when what was packed cannot be read, and still answers the rest', async () => {
    const now = Date.UTC(2026, 10, 23, 12, 30);
    const results = [1, 2, 3].map((hours) => aResult({ slot: now - hours * HOUR_MS }));
    const path = await aFilledDatabase({ monitors: [aMonitor()], results, seam: hourOf(now), now });
    const database = await aDatabase(path);
    database.prepare("UPDATE blocks SET data = x'0102' WHERE key = (SELECT min(key) FROM blocks)").run();
    database.close();
    const reader = await openReader(path);
    onTestFinished(() => reader.close());
    const damaged = expect.objectContaining({ code: 'db_corrupt' }) as Error;
    await expect(reader.ask('results', { id: 'website' })).rejects.toEqual(damaged);
    expect((await reader.ask('results', { id: 'website', since: now - 2 * HOUR_MS })).results).toHaveLength(2);
    expect((await reader.ask('monitors', { now })).monitors).toHaveLength(1);
  });

  it('says that there is no database', async () => {
    await expect(openReader(aDatabasePath())).rejects.toMatchObject({ code: 'db_missing' });
  });
});
