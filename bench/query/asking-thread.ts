/** Asks a database again and again, in a thread with the memory of a reader thread, and tells how long each answer took. */
import { workerData } from 'node:worker_threads';
import { DAY_MS, HOUR_MS } from '../../src/core/history/history-key.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { answerCalls } from '../../src/db/thread-methods.ts';
import { openHistoryFile, type HistoryFile } from '../../src/query/history-file.ts';
import { bareRows, bareSeries, bareStandings } from './bare-table.ts';
import { NOW, RICH_MONITORS } from './large-history.ts';

/** What such a thread is started with. */
export interface AskingThreadData {
  readonly path: string;
  readonly barePath: string;
}

/** How long answers took, ms, in the order in which they were asked for; and how large the first was. */
export interface AskedTimes {
  readonly times: number[];
  readonly entries: number;
}

export type AskingMethods = {
  readonly ask: (argument: { readonly name: string; readonly times: number }) => Promise<AskedTimes>;
};

type Asking = (files: Files, monitor: number) => number;

interface Files {
  readonly history: HistoryFile;
  readonly bare: Database;
}

const last = (length: number) => ({ from: NOW - length, to: NOW });
const window = (label: string, length: number) => [{ label, range: last(length) }];
const id = (monitor: number): string => `monitor-${monitor}`;

/** What is asked, by name; gives how many entries the answer has. */
const QUESTIONS: Readonly<Record<string, Asking>> = {
  'status of all': ({ history }) => history.ask('monitors', { now: NOW }).monitors.length,
  'status of all, bare': ({ bare }) => bareStandings(bare),
  'results 24 h': ({ history }, monitor) =>
    history.ask('results', { id: id(monitor), since: NOW - DAY_MS, until: NOW, limit: 10_000 }).results.length,
  'results 24 h, bare': ({ bare }, monitor) => bareRows(bare, monitor, DAY_MS),
  'series 30 d by hour': ({ history }, monitor) =>
    history.ask('series', { id: id(monitor), range: last(30 * DAY_MS), step: HOUR_MS, zone: 'UTC', now: NOW }).points
      .length,
  'series 30 d by hour, bare': ({ bare }, monitor) => bareSeries(bare, monitor, 30 * DAY_MS),
  'series 24 h by 5 min': ({ history }, monitor) =>
    history.ask('series', { id: id(monitor), range: last(DAY_MS), step: 300_000, zone: 'UTC', now: NOW }).points.length,
  'series of all its life by day': ({ history }, monitor) =>
    history.ask('series', { id: id(monitor), range: last(365 * DAY_MS), step: DAY_MS, zone: 'UTC', now: NOW }).points
      .length,
  'uptime of a year': ({ history }, monitor) =>
    history.ask('uptime', { id: id(monitor), ranges: window('1y', 365 * DAY_MS), zone: 'UTC', by: undefined, now: NOW })
      .monitors.length,
  'latency 24 h': ({ history }, monitor) =>
    history.ask('latency', { id: id(monitor), ranges: window('24h', DAY_MS) }).monitors.length,
  'latency of all 24 h': ({ history }) => history.ask('latency', { ranges: window('24h', DAY_MS) }).monitors.length,
};

const { path, barePath } = workerData as AskingThreadData;
let files: Files | undefined;

async function open(): Promise<Files> {
  const history = await openHistoryFile(path);
  return { history, bare: new (await loadSqlite())(barePath, { readonly: true }) };
}

const methods: AskingMethods = {
  ask: async ({ name, times }) => {
    files ??= await open();
    const ask = QUESTIONS[name];
    if (ask === undefined) throw new Error(`nobody asks for "${name}"`);
    const took: number[] = [];
    let entries = 0;
    for (let round = 0; round < times; round += 1) {
      const started = performance.now();
      entries = ask(files, 1 + (round % RICH_MONITORS));
      took.push(performance.now() - started);
    }
    return { times: took, entries };
  },
};

answerCalls(methods);
