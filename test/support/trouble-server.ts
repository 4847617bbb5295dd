import { pino } from 'pino';
import type { TroubleDeps } from '../../src/api/trouble-deps.ts';
import { AppError } from '../../src/core/errors.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { openApi, type TestApi } from './api.ts';
import type { ManualClock } from './manual-clock.ts';

/** Under which links are signed in tests. */
export const LINK_SECRET = 'a secret that is long enough';

interface TroubleServer {
  readonly fill: (database: Database) => void;
  readonly apiToken?: string | null;
  readonly behindProxy?: boolean;
}

/** The API over a database that is filled first, with the recorder that does what users want done. */
export async function openTroubleApi(
  path: string,
  clock: ManualClock,
  { fill, apiToken = null, behindProxy = false }: TroubleServer,
): Promise<TestApi> {
  const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
  fill(opened.database);
  opened.close();
  const recorder = await openRecorder({ path, clock, logger: pino({ level: 'silent' }) });
  const trouble: TroubleDeps = {
    act: (action) => recorder.act(action),
    testChannel: (channel) =>
      channel === 'pager'
        ? Promise.resolve({ outcome: 'failed', detail: '500 no', statusCode: 500, retryAfter: null, tookMs: 12 })
        : Promise.reject(new AppError('not_found', `there is no channel "${channel}"`)),
    apiToken,
    behindProxy: () => behindProxy,
    linkSecret: LINK_SECRET,
  };
  const api = await openApi(path, clock, trouble);
  return {
    ...api,
    close: async () => {
      await api.close();
      await recorder.close();
    },
  };
}
