import { describe, expect, it, onTestFinished } from 'vitest';
import type { ExportedMonitor } from '../../src/core/history/export-line.ts';
import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import { monitorsVersionOf, writeMeta } from '../../src/db/meta-values.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { configuredMonitors } from '../../src/query/configured-monitors.ts';
import { askMonitors } from '../../src/query/monitors.ts';
import { Importer } from '../../src/recorder/importer.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aDatabasePath, aReader } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 30);

interface Served {
  readonly database: Database;
  readonly reader: Database;
  readonly path: string;
  readonly sync: (...monitors: Partial<HttpMonitor>[]) => void;
}

/** A database that a server writes to and that another connection reads. */
async function served({ exclusive = true } = {}): Promise<Served> {
  const path = aDatabasePath();
  const options = { driver: await loadSqlite(), migrations: shippedMigrations(), now: NOW, exclusive };
  const opened = openForWriting(path, options);
  onTestFinished(() => opened.close());
  const writer = new Writer(opened.database, NOW);
  const sync = (...monitors: Partial<HttpMonitor>[]): void => {
    writer.sync(
      monitors.map((monitor) => aMonitor(monitor)),
      [],
      NOW,
    );
  };
  return { database: opened.database, reader: await aReader(path), path, sync };
}

const told = (reader: Database) =>
  askMonitors(reader, { now: NOW }).monitors.map(({ id, name, tags }) => [id, name, tags]);

describe('configuredMonitors', () => {
  it('reads the monitors once for as long as nobody changes them', async () => {
    const { reader, sync } = await served();
    sync({ id: 'shop' });
    expect(configuredMonitors(reader)).toBe(configuredMonitors(reader));
  });

  it('sees at once that one was added, changed, removed and added again', async () => {
    const { reader, sync } = await served();
    expect(told(reader)).toEqual([]);
    sync({ id: 'shop', name: 'Shop' });
    expect(told(reader)).toEqual([['shop', 'Shop', {}]]);
    sync({ id: 'shop', name: 'The shop', tags: { team: 'web' } }, { id: 'api', name: 'API' });
    expect(told(reader)).toEqual([
      ['shop', 'The shop', { team: 'web' }],
      ['api', 'API', {}],
    ]);
    sync({ id: 'api', name: 'API' });
    expect(told(reader)).toEqual([['api', 'API', {}]]);
    sync({ id: 'api', name: 'API' }, { id: 'shop', name: 'Shop' });
    expect(told(reader)).toEqual([
      ['shop', 'Shop', {}],
      ['api', 'API', {}],
    ]);
  });

  it('does not take a change that was undone for one', async () => {
    const { database, reader, sync } = await served();
    sync({ id: 'shop' });
    const before = configuredMonitors(reader);
    expect(() =>
      database.transaction(() => {
        sync({ id: 'api' });
        throw new Error('undone');
      })(),
    ).toThrow('undone');
    expect(configuredMonitors(reader)).toBe(before);
    expect(before.map(({ id }) => id)).toEqual(['shop']);
  });

  it('reads them again after an import added one', async () => {
    const { database, reader, sync } = await served();
    sync({ id: 'shop' });
    const [version, before] = [monitorsVersionOf(reader), configuredMonitors(reader)];
    const imported = { id: 'old', name: 'Old', removed_at: null } as ExportedMonitor;
    const rest = {
      type: 'http',
      target: '',
      group: null,
      tags: {},
      enabled: true,
      interval_ms: 1000,
      timeout_ms: 1000,
    };
    const line = {
      ...imported,
      ...rest,
      kind: 'monitor',
      created_at: new Date(NOW).toISOString(),
      last: null,
    } as const;
    database.transaction(() => new Importer(database, NOW).take(line))();
    expect(monitorsVersionOf(reader)).not.toBe(version);
    expect(configuredMonitors(reader)).toEqual(before);
  });

  it('gives answers that can be changed without changing later ones', async () => {
    const { reader, sync } = await served();
    sync({ id: 'shop', tags: { team: 'web' } }, { id: 'api' });
    for (const { tags } of askMonitors(reader, { now: NOW }).monitors) Object.assign(tags, { team: 'other' });
    expect(told(reader).map(([, , tags]) => tags)).toEqual([{ team: 'web' }, {}]);
  });

  it('reads them each time where a program writes that does not say when they change', async () => {
    const { database, reader, sync } = await served();
    sync({ id: 'shop', name: 'Shop' });
    expect(told(reader)).toEqual([['shop', 'Shop', {}]]);
    // Every program that opens a database to serve it notes itself; one from before knows nothing of versions.
    writeMeta(database, 'owner', JSON.stringify({ pid: 1, host: 'here', since: new Date(NOW + 1).toISOString() }));
    database.prepare("UPDATE monitors SET name = 'Renamed'").run();
    expect(told(reader)).toEqual([['shop', 'Renamed', {}]]);
    database.prepare("UPDATE monitors SET name = 'Again'").run();
    expect(told(reader)).toEqual([['shop', 'Again', {}]]);
  });

  it('reads them each time where nobody noted who serves', async () => {
    const { database, reader, sync } = await served({ exclusive: false });
    sync({ id: 'shop', name: 'Shop' });
    expect(told(reader)).toEqual([['shop', 'Shop', {}]]);
    database.prepare("UPDATE monitors SET name = 'Renamed'").run();
    expect(told(reader)).toEqual([['shop', 'Renamed', {}]]);
  });
});
