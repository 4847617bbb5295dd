import { join } from 'node:path';
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import { GROUP_COMMIT_LIMITS } from '../../src/recorder/group-commit.ts';
import { WalMeter } from '../support/wal-meter.ts';
import { Arrivals, someMonitors, START, type Arrival, type Failures } from './arrivals.ts';
import { openHistory } from './history.ts';

/** 200 a second: each once a minute. */
const MONITORS = 12_000;
/** So often the recorder flushes with so much to write, when nothing is urgent. */
const FLUSH_MS = GROUP_COMMIT_LIMITS.busyWaitMs;
/** The hour from the moment at which the first hour is due to be folded stands for all: one hour is folded in it, whole. */
const MINUTES = 125;
const [FROM, TO] = [START + 65 * 60_000, START + 125 * 60_000];

export interface WalFigures {
  readonly results: number;
  /** Bytes written to the WAL a result: in all, and by flushes. */
  readonly bytes: number;
  readonly flushBytes: number;
  readonly rowsAFlush: number;
}

/** Records two hours as they come in, and counts what is written to the WAL in the second. */
export async function measureWal(folder: string, failures: Failures): Promise<WalFigures> {
  const path = join(folder, `${failures}.db`);
  const history = await openHistory(path, MONITORS);
  const arrivals = new Arrivals(someMonitors(MONITORS), failures);
  const meter = new WalMeter(path);
  let [results, flushes, flushBytes, bytes] = [0, 0, 0, 0];
  let waiting: Arrival[] = [];
  for (let minute = 0; minute < MINUTES; minute += 1) {
    waiting.push(...arrivals.nextMinute());
    const until = START + (minute + 1) * 60_000;
    for (let now = until - 60_000 + FLUSH_MS; now <= until; now += FLUSH_MS) {
      const end = waiting.findIndex(({ at }) => at >= now);
      const batch = waiting.splice(0, end < 0 ? waiting.length : end).map(({ result }) => result);
      const before = meter.bytes;
      history.writer.flush({ batches: [batch], now });
      meter.look();
      const flushed = meter.bytes - before;
      history.writer.upkeep({ now, monotonic: now, forMs: 6 });
      meter.look();
      if (now < FROM || now >= TO) continue;
      results += batch.length;
      flushes += 1;
      flushBytes += flushed;
      bytes += meter.bytes - before;
    }
  }
  meter.close();
  history.close();
  return { results, bytes: bytes / results, flushBytes: flushBytes / results, rowsAFlush: results / flushes };
}

/** Slots begin at a full hour. */
if (START % HOUR_MS !== 0) throw new Error('the start is no full hour');
