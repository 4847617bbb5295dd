import { describe, expect, it } from 'vitest';
import { PageUse } from '../../src/recorder/page-use.ts';
import { Vacuum } from '../../src/recorder/vacuum.ts';
import { aDatabase } from '../support/database.ts';

describe('Vacuum', () => {
  it('gives free pages back in small steps, but for those that the journal will take again', async () => {
    const database = await aDatabase();
    const fill = database.prepare('INSERT INTO blocks (key, data) VALUES (?, zeroblob(4000))');
    database.transaction(() => {
      for (let key = 1; key <= 3000; key += 1) fill.run(key);
    })();
    const pages = new PageUse(database);
    const vacuum = new Vacuum(pages);
    vacuum.reserveFor(100);
    expect(vacuum.step()).toBe(false);
    database.exec('DELETE FROM blocks WHERE key <= 900');
    const few = pages.free;
    expect(few).toBeGreaterThan(800);
    expect(vacuum.step()).toBe(false);
    database.exec('DELETE FROM blocks WHERE key <= 2900');
    const used = pages.usedBytes;
    const counts = [pages.free];
    while (vacuum.step()) counts.push(pages.free);
    expect(pages.free).toBe(512 + 100);
    expect(counts.length).toBeGreaterThan(3);
    expect(pages.usedBytes).toBeLessThanOrEqual(used);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
