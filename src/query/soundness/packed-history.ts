import { unpackBlock } from '../../core/history/block.ts';
import { HOUR_MS, historyKey, readHistoryKey } from '../../core/history/history-key.ts';
import type { KeptResult } from '../../core/history/kept-result.ts';
import { sumOfHours, unpackHours, unpackRollup } from '../../core/history/packed-rollup.ts';
import { countOf, emptyRollup, addToRollup, type Rollup } from '../../core/history/rollup.ts';
import { STATUSES } from '../../core/status.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { Statement } from '../../db/native.ts';
import { packedRows, type Findings, type Ground } from './inspection.ts';

/** Looks at every block and at the rollups: whether they can be read, and whether they say the same. */
export function inspectPackedHistory(ground: Ground, findings: Findings): void {
  let blocks = 0;
  findings.inspect('blocks', () => {
    blocks = inspectBlocks(ground, findings);
  });
  findings.inspect('hours', () => {
    const matched = inspectHours(ground, findings);
    if (matched < blocks) findings.inspect('blocks', () => inspectBlocksWithoutRollup(ground, findings));
  });
  findings.inspect('days', () => inspectDays(ground, findings));
}

/** Returns how many blocks count and can be read. */
function inspectBlocks(ground: Ground, findings: Findings): number {
  let looked = 0;
  let counted = 0;
  let ahead = 0;
  for (const { key, data } of packedRows(ground.database, 'blocks')) {
    looked += 1;
    if (looked % 500 === 0) findings.progress('blocks', looked);
    const { period } = readHistoryKey(key);
    if (!isKeyKnown('blocks', key, ground, findings)) continue;
    const results = unpacked(data);
    if (results === undefined) {
      findings.add('blocks', `${nameOf(key, 'hour')} cannot be unpacked`);
      continue;
    }
    if (!areInOrder(results, period)) findings.add('blocks', `${nameOf(key, 'hour')} has slots that are not its own`);
    if (period < ground.seam) counted += 1;
    else ahead += 1;
  }
  if (ahead > 0) findings.note(`${ahead} blocks of hours that are being folded do not count yet`);
  return counted;
}

/** Returns how many blocks have a rollup. */
function inspectHours(ground: Ground, findings: Findings): number {
  const block = ground.database.prepare<[number], Buffer>('SELECT data FROM blocks WHERE key = ?').pluck();
  let looked = 0;
  let matched = 0;
  for (const { key, data } of packedRows(ground.database, 'hours')) {
    looked += 1;
    if (looked % 500 === 0) findings.progress('hours', looked);
    if (!isKeyKnown('hours', key, ground, findings)) continue;
    const hours = tried(() => unpackHours(data));
    if (hours === undefined) {
      findings.add('hours', `${nameOf(key, 'day')} cannot be unpacked`);
      continue;
    }
    for (const [hour, rollup] of hours) matched += compareWithBlock(key, { hour, rollup }, { block, findings });
  }
  return matched;
}

function compareWithBlock(
  key: number,
  { hour, rollup }: { readonly hour: number; readonly rollup: Rollup },
  { block, findings }: { readonly block: Statement<[number], Buffer>; readonly findings: Findings },
): number {
  const { period: day, monitor, location } = readHistoryKey(key);
  const blockKey = historyKey(day * 24 + hour, monitor, location);
  const data = block.get(blockKey);
  // Blocks are removed before rollups.
  if (data === undefined) return 0;
  const results = unpacked(data);
  if (results === undefined) return 1;
  const counted = emptyRollup();
  for (const result of results) addToRollup(counted, result);
  if (!sayTheSame(rollup, counted)) {
    const [kept, found] = [countOf(rollup), countOf(counted)];
    findings.add('hours', `${nameOf(blockKey, 'hour')}: the rollup (${kept}) differs from its ${found} results`);
  }
  return 1;
}

function inspectBlocksWithoutRollup({ database, seam }: Ground, findings: Findings): void {
  const row = database.prepare<[number], Buffer>('SELECT data FROM hours WHERE key = ?').pluck();
  for (const { key } of packedRows(database, 'blocks')) {
    const { period, monitor, location } = readHistoryKey(key);
    if (period >= seam) continue;
    const data = row.get(historyKey(Math.floor(period / 24), monitor, location));
    // Without the row the rollups of that day are older than they are kept.
    if (data === undefined || tried(() => unpackHours(data))?.has(period % 24) !== false) continue;
    findings.add('hours', `${nameOf(key, 'hour')} has results and no rollup`);
  }
}

function inspectDays(ground: Ground, findings: Findings): void {
  const hours = ground.database.prepare<[number], Buffer>('SELECT data FROM hours WHERE key = ?').pluck();
  let looked = 0;
  for (const { key, data } of packedRows(ground.database, 'days')) {
    looked += 1;
    if (looked % 500 === 0) findings.progress('days', looked);
    if (!isKeyKnown('days', key, ground, findings) || readHistoryKey(key).period >= ground.daysUntil) continue;
    const day = tried(() => unpackRollup(data));
    const row = hours.get(key);
    const ofHours = row === undefined ? undefined : tried(() => sumOfHours(unpackHours(row)));
    if (day === undefined) findings.add('days', `${nameOf(key, 'day')} cannot be unpacked`);
    else if (ofHours !== undefined && !sayTheSame(day, ofHours)) {
      findings.add('days', `${nameOf(key, 'day')}: ${countOf(day)} results, and its hours have ${countOf(ofHours)}`);
    }
  }
}

function isKeyKnown(table: string, key: number, { monitors, locations }: Ground, findings: Findings): boolean {
  const { monitor, location } = readHistoryKey(key);
  if (monitors.has(monitor) && locations.has(location)) return true;
  findings.add(table, `key ${key} is of monitor ${monitor} and location ${location}, which are not both known`);
  return false;
}

function sayTheSame(one: Rollup, other: Rollup): boolean {
  return one.missed === other.missed && STATUSES.every((status) => one.counts[status] === other.counts[status]);
}

function areInOrder(results: readonly KeptResult[], hour: number): boolean {
  return results.every(({ slot }, index) => {
    return Math.floor(slot / HOUR_MS) === hour && slot > (results[index - 1]?.slot ?? -1);
  });
}

function nameOf(key: number, unit: 'hour' | 'day'): string {
  const { period, monitor, location } = readHistoryKey(key);
  const begin = period * HOUR_MS * (unit === 'hour' ? 1 : 24);
  return `the ${unit} ${formatMoment(begin)} of monitor ${monitor} at location ${location}`;
}

function unpacked(data: Buffer): KeptResult[] | undefined {
  return tried(() => unpackBlock(data));
}

/** `undefined` for what cannot be unpacked. */
function tried<Value>(unpack: () => Value): Value | undefined {
  try {
    return unpack();
  } catch {
    return undefined;
  }
}
