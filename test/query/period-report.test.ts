import { beforeAll, describe, expect, it } from 'vitest';
import { COUNTED, type Counted } from '../../src/core/counted-spans.ts';
import type { MonitorReport, PeriodReportAnswer, ReportedIncident } from '../../src/core/period-report.ts';
import { parseReportPeriod } from '../../src/core/report-period.ts';
import type { Status } from '../../src/core/status.ts';
import type { RangeWords } from '../../src/core/time-window.ts';
import type { TimeRange } from '../../src/core/uptime.ts';
import type { Database } from '../../src/db/native.ts';
import { askPeriodReport, type PeriodReportQuestion } from '../../src/query/period-report.ts';
import { memoryDatabases } from '../support/database.ts';
import {
  addMaintenance,
  maintenanceOf,
  NOW,
  REMEMBERED,
  writeReportedMonth,
  type Remembered,
} from '../support/reported-month.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UNFOLDED = 0;
const MIDDLE = Date.parse('2026-10-15T05:00Z') / HOUR;
const FOLDED = Date.parse('2026-11-05T10:00Z') / HOUR;
/** The same, with some monitors in maintenance now and then. */
const MAINTAINED = FOLDED - 1;

let databases: ReadonlyMap<number, Database>;
beforeAll(async () => {
  const open = await memoryDatabases();
  databases = new Map(
    [UNFOLDED, MIDDLE, FOLDED, MAINTAINED].map((seam) => {
      const database = open();
      writeReportedMonth(database, seam);
      if (seam === MAINTAINED) addMaintenance(database);
      return [seam, database];
    }),
  );
});

function report(
  words: RangeWords & { zone?: string } & Partial<Pick<PeriodReportQuestion, 'ids' | 'groups' | 'tags'>>,
  { seam = FOLDED, now = NOW } = {},
): PeriodReportAnswer {
  const { zone = 'UTC', ids, groups, tags, ...range } = words;
  const period = parseReportPeriod(range, now, zone);
  if ('fault' in period) throw new Error(period.fault);
  const database = databases.get(seam);
  if (database === undefined) throw new Error('no such seam');
  return askPeriodReport(database, { period, ids, groups, tags, now });
}

function of(answer: PeriodReportAnswer, id: string): MonitorReport {
  const found = answer.monitors.find((monitor) => monitor.id === id);
  if (found === undefined) throw new Error(`nothing is said of ${id}`);
  return found;
}

/** The answers worked out the slow way: minute by minute, with the clocks of Intl. */
class SlowAnswer {
  readonly #what: Remembered;
  readonly #zone: string;
  readonly #now: number;
  readonly #maintenance: readonly TimeRange[];

  constructor(what: Remembered, zone: string, { now = NOW, maintained = false } = {}) {
    this.#what = what;
    this.#zone = zone;
    this.#now = now;
    this.#maintenance = maintained ? maintenanceOf(what.monitor.id) : [];
  }

  /** Of every minute of the whole history; nothing before the monitor came and after it went. */
  *minutes(): Generator<{ readonly at: number; readonly status: Status }> {
    const { results, created, removed } = this.#what;
    let index = -1;
    for (let at = created; at < (removed ?? this.#now); at += MINUTE) {
      while ((results[index + 1]?.slot ?? Infinity) <= at) index += 1;
      yield { at, status: this.#statusAt(at, index) };
    }
  }

  #statusAt(at: number, index: number): Status {
    const result = this.#what.results[index];
    if (result === undefined) return 'unknown';
    const next = this.#what.results[index + 1];
    const due = result.slot + result.interval;
    const followed = next === undefined ? this.#now <= due + 12_000 : next.slot <= result.slot + 1.5 * result.interval;
    return followed || at < due ? result.status : 'unknown';
  }

  #inMaintenance(at: number): boolean {
    return this.#maintenance.some((period) => period.from <= at && at < period.to);
  }

  times(from: number, to: number): { whole: Record<Counted, number>; days: Map<string, Record<Counted, number>> } {
    const whole = none();
    const days = new Map<string, Record<Counted, number>>();
    for (const { at, status: stood } of this.minutes()) {
      if (at < from || at >= to) continue;
      const status = this.#inMaintenance(at) ? 'maintenance' : stood;
      whole[status] += MINUTE;
      const day = this.dayOf(at);
      if (!days.has(day)) days.set(day, none());
      (days.get(day) ?? none())[status] += MINUTE;
    }
    return { whole, days };
  }

  #format: Intl.DateTimeFormat | undefined;
  readonly #days = new Map<number, string>();

  dayOf(at: number): string {
    // No zone changes its day within half an hour.
    const key = Math.floor(at / (30 * MINUTE));
    let day = this.#days.get(key);
    if (day === undefined) {
      this.#format ??= new Intl.DateTimeFormat('sv-SE', { timeZone: this.#zone, dateStyle: 'short' });
      day = this.#format.format(at);
      this.#days.set(key, day);
    }
    return day;
  }

  incidents(from: number, to: number): ReportedIncident[] {
    const stretches: { status: Status; from: number; to: number; maintained: number }[] = [];
    for (const { at, status } of this.minutes()) {
      if (stretches.at(-1)?.status !== status) stretches.push({ status, from: at, to: at, maintained: 0 });
      const last = stretches.at(-1);
      if (last === undefined) continue;
      last.to = at + MINUTE;
      if (at >= from && at < to && this.#inMaintenance(at)) last.maintained += MINUTE;
    }
    return stretches.flatMap(({ status, ...stretch }, index) => {
      const seconds = (Math.min(stretch.to, to) - Math.max(stretch.from, from)) / 1000;
      if ((status !== 'down' && status !== 'degraded') || seconds <= 0) return [];
      const next = stretches[index + 1];
      return [
        {
          status,
          from: new Date(stretch.from).toISOString(),
          to: next === undefined ? null : new Date(stretch.to).toISOString(),
          seconds,
          maintenance_seconds: stretch.maintained / 1000,
          began_before: stretch.from < from,
          goes_on: next === undefined || stretch.to > to,
          ended_in: next?.status ?? null,
          reason: status === 'down' ? 'timeout_wait' : 'response_slow',
        },
      ];
    });
  }

  durations(from: number, to: number): number[] {
    return this.#what.results
      .filter(({ slot, status }) => slot >= from && slot < to && (status === 'up' || status === 'degraded'))
      .map(({ durationMs }) => durationMs ?? 0)
      .sort((one, other) => one - other);
  }
}

function none(): Record<Counted, number> {
  return { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
}

function expectNear(sketched: number | null | undefined, sorted: readonly number[], fraction: number): void {
  const exact = sorted[Math.floor(fraction * (sorted.length - 1))];
  const isNear = exact === undefined ? sketched === null : Math.abs((sketched ?? NaN) / exact - 1) <= 0.0101;
  expect([isNear, sketched, exact]).toEqual([true, sketched, exact]);
}

function figures(time: Record<Counted, number>) {
  const observed = time.up + time.degraded + time.down;
  const all = observed + time.unknown + time.maintenance;
  return {
    uptime: observed === 0 ? null : (time.up + time.degraded) / observed,
    observed: all === 0 ? 0 : observed / all,
    maintenance: all === 0 ? 0 : time.maintenance / all,
    observed_seconds: observed / 1000,
    degraded_seconds: time.degraded / 1000,
    down_seconds: time.down / 1000,
    unknown_seconds: time.unknown / 1000,
    maintenance_seconds: time.maintenance / 1000,
  };
}

describe('askPeriodReport', () => {
  const OCTOBER = ['api', 'gap', 'gone', 'idle', 'late', 'night', 'website'];
  const cases: [string, number, string, string, number][] = [
    ['UTC', FOLDED, '2026-10-01T00:00Z', '2026-11-01T00:00Z', 31 * 24],
    ['Europe/Berlin', FOLDED, '2026-09-30T22:00Z', '2026-10-31T23:00Z', 745],
    ['Europe/Berlin', MAINTAINED, '2026-09-30T22:00Z', '2026-10-31T23:00Z', 745],
    ['Europe/Berlin', UNFOLDED, '2026-09-30T22:00Z', '2026-10-31T23:00Z', 745],
    ['Europe/Berlin', MIDDLE, '2026-09-30T22:00Z', '2026-10-31T23:00Z', 745],
    ['Asia/Kolkata', FOLDED, '2026-09-30T18:30Z', '2026-10-31T18:30Z', 744],
    ['Asia/Kolkata', MIDDLE, '2026-09-30T18:30Z', '2026-10-31T18:30Z', 744],
  ];

  describe.each(cases)('about October in %s, folded up to hour %d', (...given) => {
    const [zone, seam, first, end, hours] = given;
    const [from, to] = [Date.parse(first), Date.parse(end)];
    const maintained = seam === MAINTAINED;
    let answer: PeriodReportAnswer;
    beforeAll(() => {
      answer = report({ period: '2026-10', zone }, { seam });
    });

    it('covers the whole month, and says what it is compared with', () => {
      expect(answer.period).toEqual({
        label: '2026-10', from: new Date(from).toISOString(), to: new Date(to).toISOString(), until: new Date(to).toISOString(),
        complete: true, zone, step: 'day', made_at: new Date(NOW).toISOString(),
      }); // prettier-ignore
      expect((to - from) / HOUR).toBe(hours);
      expect(answer.previous).toMatchObject({ label: '2026-09', to: new Date(from).toISOString() });
      expect(answer.monitors.map(({ id }) => id).sort()).toEqual(OCTOBER);
    });

    it.each(OCTOBER)('says of %s what counting its minutes and sorting its durations says', (id) => {
      const what = REMEMBERED.find(({ monitor }) => monitor.id === id)!;
      const slow = new SlowAnswer(what, zone, { maintained });
      const told = of(answer, id);
      const { whole, days } = slow.times(from, to);
      expect(told).toMatchObject(figures(whole));
      const incidents = slow.incidents(from, to);
      expect(told.incidents).toEqual(incidents);
      const down = incidents
        .filter(({ status }) => status === 'down')
        .map(({ seconds, maintenance_seconds }) => seconds - maintenance_seconds)
        .filter((seconds) => seconds > 0);
      expect(told.outages).toEqual({
        count: down.length,
        seconds: down.reduce((sum, each) => sum + each, 0),
        longest_seconds: Math.max(0, ...down),
      });
      expect(told.mttr_seconds).toBe(down.length === 0 ? null : whole.down / 1000 / down.length);
      expect(told.mtbf_seconds).toBe(down.length === 0 ? null : (whole.up + whole.degraded) / 1000 / down.length);
      const durations = slow.durations(from, to);
      expect(told.latency.count).toBe(durations.length);
      expectNear(told.latency.p50_ms, durations, 0.5);
      expectNear(told.latency.p95_ms, durations, 0.95);
      expectNear(told.latency.p99_ms, durations, 0.99);
      expect(told.steps).toHaveLength(31);
      for (const step of told.steps) {
        const { label, p95_ms, ...rest } = step;
        expect({ label, ...rest }).toEqual({ label, ...figures(days.get(label) ?? none()) });
        const ofDay = what.results.filter(
          ({ slot, durationMs }) => slot >= from && slot < to && durationMs !== null && slow.dayOf(slot) === label,
        );
        const sorted = ofDay
          .filter(({ status }) => status !== 'down')
          .map(({ durationMs }) => durationMs ?? 0)
          .sort((one, other) => one - other);
        expectNear(p95_ms, sorted, 0.95);
      }
    });

    it.each(OCTOBER)('compares %s with September', (id) => {
      const slow = new SlowAnswer(
        REMEMBERED.find(({ monitor }) => monitor.id === id)!,
        zone,
        { maintained },
      );
      const before = Date.parse(answer.previous.from);
      const { previous } = of(answer, id);
      expect(previous.uptime).toEqual(figures(slow.times(before, from).whole).uptime);
      const durations = slow.durations(before, from);
      expect(previous.latency.count).toBe(durations.length);
      expectNear(previous.latency.p95_ms, durations, 0.95);
    });

    it('adds the monitors up', () => {
      const sum = none();
      for (const what of REMEMBERED.filter(({ monitor }) => OCTOBER.includes(monitor.id))) {
        const { whole } = new SlowAnswer(what, zone, { maintained }).times(from, to);
        for (const status of COUNTED) sum[status] += whole[status];
      }
      expect(answer.overall).toMatchObject({ monitors: OCTOBER.length, ...figures(sum) });
      const counts = answer.monitors.map(({ outages }) => outages.count);
      expect(answer.overall.outages.count).toBe(counts.reduce((total, count) => total + count, 0));
    });
  });

  it('speaks of a monitor from when it came until it was removed', () => {
    const answer = report({ period: '2026-10' });
    const late = of(answer, 'late');
    expect([late.from, late.to]).toEqual(['2026-10-12T09:30:00.000Z', '2026-11-01T00:00:00.000Z']);
    expect([late.observed, late.unknown_seconds]).toEqual([1, 0]);
    expect(late.steps[0]).toMatchObject({ label: '2026-10-01', uptime: null, observed: 0, unknown_seconds: 0 });
    const gone = of(answer, 'gone');
    expect([gone.from, gone.to]).toEqual(['2026-10-01T00:00:00.000Z', '2026-10-20T16:00:00.000Z']);
    expect(gone.steps.at(-1)).toMatchObject({ uptime: null, observed_seconds: 0, unknown_seconds: 0, p95_ms: null });
  });

  it('calls time in which a monitor was there and not measured not observed', () => {
    const answer = report({ period: '2026-10', zone: 'Europe/Berlin' });
    expect(of(answer, 'idle')).toMatchObject({ uptime: null, observed: 0, unknown_seconds: 745 * 3600, incidents: [] });
    const [outage] = of(answer, 'gap').incidents;
    // The result before the gap speaks for one interval.
    expect(outage).toMatchObject({ status: 'down', to: '2026-10-24T20:11:00.000Z', ended_in: 'unknown' });
  });

  it('judges nothing by what happened in maintenance, and tells of it', () => {
    const answer = report({ period: '2026-10', zone: 'Europe/Berlin' }, { seam: MAINTAINED });
    const website = of(answer, 'website');
    expect(website).toMatchObject({ uptime: 1, down_seconds: 0, outages: { count: 0 }, mttr_seconds: null });
    expect(website).toMatchObject({ maintenance_seconds: 3 * 3600, objective: { met: true } });
    expect(website.incidents[0]).toMatchObject({ status: 'down', seconds: 3600, maintenance_seconds: 3600 });
    expect(of(answer, 'idle')).toMatchObject({ uptime: null, maintenance: 1, unknown_seconds: 0 });
    expect(of(answer, 'api').outages).toEqual({ count: 3, seconds: 3 * 3600 - 40 * 60, longest_seconds: 1.5 * 3600 });
  });

  it('judges objectives over the period', () => {
    const { monitors, overall } = report({ period: '2026-10' });
    const objectives = Object.fromEntries(monitors.map(({ id, objective }) => [id, objective]));
    expect(objectives).toMatchObject({
      api: null,
      website: { target: 99.8, met: true },
      night: { target: 99, met: false },
    });
    expect(overall.objectives).toEqual({ met: 1, missed: 1 });
    const allowed = of(report({ period: '2026-10-07' }), 'website').objective;
    expect(allowed).toEqual({ target: 99.8, met: false, allowed_down_seconds: 172.8 });
  });

  it('judges groups as a whole, by the rule that is configured', () => {
    const { groups, monitors } = report({ period: '2026-10' });
    const down = monitors
      .filter(({ group }) => group === 'Shop')
      .reduce((sum, { down_seconds }) => sum + down_seconds, 0);
    // Its outages do not overlap, and nothing hides that another monitor was not measured.
    expect(groups).toMatchObject([
      { group: 'Shop', rule: 'any_down', monitors: 3, down_seconds: down, objective: { target: 99, met: true } },
    ]);
    expect(report({ period: '2026-10', groups: ['Shop'] }).groups).toEqual(groups);
    expect(report({ period: '2026-10', groups: ['Ämter'] }).groups).toEqual([]);
    expect(report({ period: '2026-10', ids: ['api'] }).groups).toEqual([]);
  });

  it('ends now in a month that is not over, with what lasts still', () => {
    const answer = report({ period: '2026-11' });
    expect(answer.period).toMatchObject({
      complete: false,
      until: new Date(NOW).toISOString(),
      to: '2026-12-01T00:00:00.000Z',
    });
    expect(answer.previous.label).toBe('2026-10');
    expect(answer.monitors.map(({ id }) => id)).toContain('future');
    expect(of(answer, 'website').steps.map(({ label }) => label)).toEqual(
      ['01', '02', '03', '04', '05'].map((day) => `2026-11-${day}`),
    );
    expect(of(answer, 'night').incidents).toMatchObject([
      { began_before: true, goes_on: false, to: '2026-11-01T10:07:00.000Z', seconds: 10 * 3600 + 420 },
    ]);
  });

  it('says nothing of a month before all history but that nothing was observed', () => {
    const answer = report({ period: '2026-03' });
    expect(answer.monitors).toEqual([]);
    expect(answer.overall).toMatchObject({ monitors: 0, uptime: null, observed: 0, previous_uptime: null });
    expect(of(report({ period: '2026-03', ids: ['website'] }), 'website')).toMatchObject({
      uptime: null,
      incidents: [],
    });
  });

  it.each([
    [{ ids: ['website', 'night'] }, ['website', 'night']],
    [{ groups: ['Shop'] }, ['api', 'late', 'website']],
    [{ groups: ['Shop', 'Ämter'] }, ['late', 'api', 'website', 'gap']],
    [{ tags: ['team'] }, ['api']],
    [{ tags: ['team=web'], groups: ['Shop'] }, ['api']],
    [{ ids: ['long-gone'] }, ['long-gone']],
  ])('speaks only of %j', (chosen, ids) => {
    const told = report({ period: '2026-10', ...chosen }).monitors.map(({ id }) => id);
    expect(told.sort()).toEqual([...ids].sort());
  });

  it('lists by group and name, those without a group last', () => {
    const names = report({ period: '2026-10' }).monitors.map(({ group, id }) => `${group} ${id}`);
    expect(names).toEqual([
      'Shop late',
      'Shop api',
      'Shop website',
      'Ämter gap',
      'null gone',
      'null idle',
      'null night',
    ]);
  });

  it.each([
    [{ ids: ['webiste'] }, 'monitor_not_found', 'there is no monitor "webiste"'],
    [{ groups: ['Shpo'] }, 'not_found', 'there is no monitor in the group "Shpo"'],
    [{ tags: ['team=x', 'y'] }, 'not_found', 'there is no monitor with the tag "team=x" or "y"'],
  ])('refuses %j', (chosen, code, message) => {
    expect(() => report({ period: '2026-10', ...chosen })).toThrow(expect.objectContaining({ code, message }));
  });

  it.each([
    ['2026-10-25', 'day', 1],
    ['2026-Q3', 'day', 92],
    ['2026', 'week', 45],
  ])('cuts %s into steps of a %s', (period, step, count) => {
    const answer = report({ period, zone: 'Europe/Berlin', ids: ['website'] });
    expect(answer.period.step).toBe(step);
    const { steps, ...told } = of(answer, 'website');
    expect(steps).toHaveLength(count);
    const down = steps.reduce((sum, { down_seconds }) => sum + down_seconds, 0);
    expect(down).toBe(told.down_seconds);
  });
});
