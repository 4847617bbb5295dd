import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSqlite } from '../../src/db/native.ts';

describe('the driver', () => {
  it('gives the same statement for the same SQL, and each pragma anew', async () => {
    const database = new (await loadSqlite())(':memory:');
    expect(database.prepare('SELECT 1')).toBe(database.prepare('SELECT 1'));
    for (const state of ['OFF', 'ON', 'OFF', 'ON']) {
      database.pragma(`foreign_keys = ${state}`);
      expect(database.pragma('foreign_keys', { simple: true })).toBe(state === 'ON' ? 1 : 0);
    }
    expect(database.pragma('table_list')).toEqual(
      expect.arrayContaining([expect.objectContaining({ schema: 'main' })]),
    );
    database.close();
  });

  it('survives the collection of garbage after connections, statements and pragmas were dropped', () => {
    const script = join(import.meta.dirname, 'processes', 'collect-garbage.ts');
    const args = ['--import', import.meta.resolve('tsx'), script];
    const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr, stdout]).toEqual([0, '', 'alive\n']);
  });
});
