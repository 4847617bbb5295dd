import { describe, expect, it, onTestFinished } from 'vitest';
import pino from 'pino';
import { openReader } from '../../src/query/reader.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { aDatabasePath } from '../support/database.ts';
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

  it('says that there is no database', async () => {
    await expect(openReader(aDatabasePath())).rejects.toMatchObject({ code: 'db_missing' });
  });
});
