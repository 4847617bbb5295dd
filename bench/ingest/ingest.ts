import { join } from 'node:path';
import { quantile } from '../support/process.ts';
import { Arrivals, someMonitors, type Arrival } from './arrivals.ts';
import { bareRow, BareTable } from './bare-table.ts';
import { openFile, openHistory } from './history.ts';

const FLUSH = 500;
const MILLION = 1_000_000;

interface Rate {
  /** Results a second of the time spent there. */
  readonly rate: number;
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export interface IngestFigures {
  readonly results: number;
  readonly writer: Rate;
  readonly bare: Rate;
  /** CPU µs a result, for each million. */
  readonly millions: readonly { readonly writer: number; readonly bare: number }[];
  /** How many results the last million got through in the CPU time of the second: the first one hardly folds. */
  readonly lastToSecond: number;
  readonly folding: Omit<Rate, 'rate'> & { readonly rows: number };
}

/** Time spent in something, by the wall and of processors. */
class Spent {
  ms = 0;
  cpuUs = 0;
  readonly calls: number[] = [];

  in<Value>(work: () => Value): Value {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const value = work();
    const took = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    this.ms += took;
    this.cpuUs += user + system;
    this.calls.push(took);
    return value;
  }

  rate(rows: number): Rate {
    const [p50Ms, p99Ms] = [quantile(this.calls, 0.5), quantile(this.calls, 0.99)];
    const longestMs = this.calls.reduce((most, each) => Math.max(most, each), 0);
    return { rate: (rows * 1000) / this.ms, cpuUs: this.cpuUs / rows, p50Ms, p99Ms, longestMs };
  }
}

/** Writes results to a history and to a bare table by turns. */
export async function measureIngest(of: {
  readonly folder: string;
  readonly results: number;
  readonly monitors: number;
  readonly say: (line: string) => void;
}): Promise<IngestFigures> {
  const { folder, results, monitors, say } = of;
  const history = await openHistory(join(folder, 'history.db'), monitors);
  const file = await openFile(join(folder, 'bare.db'));
  const table = new BareTable(file.database);
  const arrivals = new Arrivals(someMonitors(monitors), 'scattered');
  const [flushing, folding, bare] = [new Spent(), new Spent(), new Spent()];
  const millions: { writer: number; bare: number }[] = [];
  let [rows, folded, since] = [0, 0, { rows: 0, writer: 0, bare: 0 }];
  let waiting: Arrival[] = [];
  while (rows < results) {
    waiting.push(...arrivals.nextMinute());
    while (waiting.length >= FLUSH && rows < results) {
      const flush = waiting.slice(0, FLUSH);
      waiting = waiting.slice(FLUSH);
      const now = flush.at(-1)?.at ?? 0;
      const batch = flush.map(({ result }) => result);
      const receipt = flushing.in(() => history.writer.flush({ batches: [batch], now })).receipts[0];
      if (receipt?.recorded !== FLUSH) throw new Error(`not all was recorded: ${JSON.stringify(receipt)}`);
      const report = folding.in(() => history.writer.upkeep({ now, monotonic: now, forMs: 6 }));
      folded += report.folded.reduce((sum, hour) => sum + hour.rows, 0);
      const bareRows = batch.map(bareRow);
      bare.in(() => table.flush(bareRows));
      rows += FLUSH;
      if (rows - since.rows < MILLION && rows < results) continue;
      const written = rows - since.rows;
      const spent = { writer: flushing.cpuUs + folding.cpuUs, bare: bare.cpuUs };
      millions.push({ writer: (spent.writer - since.writer) / written, bare: (spent.bare - since.bare) / written });
      since = { rows, ...spent };
      say(`${rows} results: ${JSON.stringify(millions.at(-1))}`);
    }
  }
  history.close();
  file.close();
  const together = flushing.rate(rows);
  const rate = (rows * 1000) / (flushing.ms + folding.ms);
  const whole = millions.slice(0, Math.max(1, Math.floor(results / MILLION)));
  return {
    results: rows,
    writer: { ...together, rate, cpuUs: (flushing.cpuUs + folding.cpuUs) / rows },
    bare: bare.rate(rows),
    millions,
    lastToSecond: (whole[1]?.writer ?? NaN) / (whole.at(-1)?.writer ?? NaN),
    folding: { ...folding.rate(Math.max(1, folded)), rows: folded },
  };
}
