import { beforeAll, describe, expect, it } from 'vitest';
import type { PeriodReportAnswer } from '../../src/core/period-report.ts';
import { incidentsCsv, reportCsv } from '../../src/report/report-csv.ts';
import { octoberReport } from '../support/october-report.ts';

let answer: PeriodReportAnswer;
beforeAll(async () => {
  answer = await octoberReport();
});

/** Reads CSV as RFC 4180 says, one object a line. */
function read(csv: string): Record<string, string>[] {
  expect(csv.endsWith('\r\n')).toBe(true);
  const [head = [], ...rows] = csv
    .slice(0, -2)
    .split('\r\n')
    .map((line) => Array.from(`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g)))
    .map((cells) => cells.map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? ''));
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ''])));
}

describe('reportCsv', () => {
  it('has one line a monitor, with the figures of the answer under their names', () => {
    const rows = read(reportCsv(answer));
    expect(rows.map(({ id }) => id)).toEqual(answer.monitors.map(({ id }) => id));
    const night = answer.monitors.find(({ id }) => id === 'night');
    expect(rows.find(({ id }) => id === 'night')).toMatchObject({
      name: 'Night job',
      group: '',
      uptime: String(night?.uptime),
      outages: '2',
      longest_outage_seconds: String(night?.outages.longest_seconds),
      checks: String(night?.latency.count),
      p95_ms: String(night?.latency.p95_ms),
      previous_uptime: String(night?.previous.uptime),
      objective_target: '99',
      objective_met: 'false',
    });
    expect(rows.find(({ id }) => id === 'idle')).toMatchObject({ uptime: '', p95_ms: '', mttr_seconds: '' });
  });

  it('has how much was maintenance, of monitors and of incidents', async () => {
    const maintained = await octoberReport({ maintained: true });
    const website = read(reportCsv(maintained)).find(({ id }) => id === 'website');
    expect(website).toMatchObject({ uptime: '1', maintenance_seconds: '10800', down_seconds: '0', outages: '0' });
    expect(website?.maintenance).toBe(String(3 / 745));
    const incidents = read(incidentsCsv(maintained)).filter(({ id }) => id === 'website');
    expect(incidents.map(({ seconds, maintenance_seconds }) => [seconds, maintenance_seconds])).toEqual([
      ['3600', '3600'],
      ['10800', '0'],
    ]);
  });

  it('gives a spreadsheet no formula to run, and quotes what must be', () => {
    const names = read(reportCsv(answer)).map(({ name }) => name);
    expect(names).toContain("'=Late");
    expect(names).toContain('API <b>"x"</b>');
  });
});

describe('incidentsCsv', () => {
  it('has one line an incident', () => {
    const rows = read(incidentsCsv(answer));
    expect(rows).toHaveLength(answer.monitors.flatMap(({ incidents }) => incidents).length);
    expect(rows.filter(({ id }) => id === 'night')).toMatchObject([
      { status: 'down', began_before: 'true', goes_on: 'false', ended_in: 'up', reason: 'timeout_wait' },
      { began_before: 'false', goes_on: 'true' },
    ]);
  });
});
