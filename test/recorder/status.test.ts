import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import type { CheckOrder } from '../../src/core/trouble/check-order.ts';
import type { HeadRow } from '../../src/db/schema.ts';
import { memoryDatabases } from '../support/database.ts';
import { MINUTE, NOON, resultsOf, Watching } from '../support/recorded-trouble.ts';

let watching: (...monitors: Partial<HttpMonitor>[]) => Watching;
beforeAll(async () => {
  const open = await memoryDatabases();
  watching = (...monitors) => new Watching(open(), ...monitors);
});

const slow = { degraded: { response_time: null, after: 2 } };
const flapping = { changes: 3, window: 5 * MINUTE };

describe('the status of a monitor', () => {
  it.each<[string, Partial<HttpMonitor>, string, string, string[], string[]]>([
    [
      'is down from the first of enough failures',
      { retries: 2 },
      'UFFFU',
      'U0 F1 U4',
      ['1 down critical 1-4 recovered'],
      ['down 1 U>F', 'up 1 F>U'],
    ],
    ['is as it was when failures are not confirmed', { retries: 2 }, 'UFFUFFU', 'U0', [], []],
    [
      'is up from the first of enough successes',
      { recover_after: 3 },
      'UFUUFUUU',
      'U0 F1 U5',
      ['1 down critical 1-5 recovered'],
      ['down 1 U>F', 'up 1 F>U'],
    ],
    [
      'is degraded from the first of enough such results until one is up',
      slow,
      'UDUDDU',
      'U0 D3 U5',
      ['1 degraded warning 3-5 recovered'],
      ['degraded 1 U>D', 'up 1 D>U'],
    ],
    [
      'goes from degraded to down within one incident',
      { ...slow, retries: 1, severity: 'critical' },
      'UDDFFDDU',
      'U0 D1 F3 D5 U7',
      ['1 down critical 1-5 recovered', '2 degraded warning 5-7 recovered'],
      ['degraded 1 U>D', 'down 1 D>F', 'up 1 F>U', 'degraded 2 U>D', 'up 2 D>U'],
    ],
    [
      'keeps the incident when what was down is degraded',
      { degraded: { response_time: null, after: 1 } },
      'UFDU',
      'U0 F1 D2 U3',
      ['1 down critical 1-3 recovered'],
      ['down 1 U>F', 'up 1 D>U'],
    ],
    ['is unknown from the first failure when the fault was our own', { retries: 3 }, 'UFFXU', 'U0 ?1 U4', [], []],
    [
      'is unknown while we are at fault, within one incident',
      { retries: 1 },
      'UFFMFU',
      'U0 F1 ?3 F4 U5',
      ['1 down critical 1-5 recovered'],
      ['down 1 U>F', 'up 1 F>U'],
    ],
    [
      'is down at once when it was before we were at fault',
      { retries: 1, severity: 'info' },
      'FFMMF',
      'F0 ?2 F4',
      ['1 down info 0-open'],
      ['down 1 ?>F'],
    ],
    [
      'goes on being confirmed across a gap',
      { retries: 1 },
      'UF--FU',
      'U0 F1 ?2 F4 U5',
      ['1 down critical 1-5 recovered'],
      ['down 1 U>F', 'up 1 F>U'],
    ],
    [
      'flaps when it changes too often, which is told once, and its end',
      { flapping },
      'UFUFUFUUUUUUU',
      'U0 F1 U2 F3 U4 F5 U6',
      ['1 down critical 1-2 recovered', '2 flapping warning 3-6 recovered'],
      ['down 1 U>F', 'up 1 F>U', 'flapping 2 U>F', 'calm 2 U>U'],
    ],
    [
      'is told to be down when it is so for good after it flapped',
      { flapping },
      'UFUFFFFFFFFU',
      'U0 F1 U2 F3 U11',
      ['1 down critical 1-2 recovered', '2 down critical 3-11 recovered'],
      ['down 1 U>F', 'up 1 F>U', 'flapping 2 U>F', 'calm 2 F>F', 'down 2 F>F', 'up 2 F>U'],
    ],
    [
      'flaps within the incident in which it began, also while it is up',
      { flapping: { changes: 2, window: 4 * MINUTE } },
      'UFUFFUUUUU',
      'U0 F1 U2 F3 U5',
      ['1 down critical 1-5 recovered'],
      ['down 1 U>F', 'flapping 1 F>U', 'calm 1 U>U'],
    ],
  ])('%s', (_, rules, letters, ...expected) => {
    const watch = watching(rules);
    watch.play(letters);
    expect([watch.spans(), watch.incidents(), watch.events()]).toEqual(expected);
  });

  it('is shown as it was while failures are confirmed, and the newest result as what it is', () => {
    const watch = watching({ retries: 2 });
    watch.play('UF');
    const [head] = watch.rows<HeadRow>('SELECT * FROM heads');
    expect(head).toMatchObject({ slot: NOON + MINUTE, status: 'up', last_status: 'down', reason: 'conn_refused' });
    expect(JSON.parse(head?.machine ?? '')).toMatchObject({ failures: { count: 1 } });
    watch.play('U');
    expect(watch.rows<HeadRow>('SELECT * FROM heads')).toMatchObject([{ last_status: null, machine: null }]);
  });

  it('is not changed by what comes late, and of a late failure alone nothing is known', () => {
    const watch = watching({ retries: 1 });
    watch.record(resultsOf('U--U'));
    watch.record(resultsOf('F', 1));
    watch.record(resultsOf('U', 2));
    expect([watch.spans(), watch.incidents()]).toEqual(['U0 ?1 U2', []]);
  });

  it('takes in a late failure next to failures that were confirmed', () => {
    const watch = watching({ retries: 1 });
    watch.record(resultsOf('UF-FF'));
    expect(watch.spans()).toBe('U0 F1 ?2 F3');
    watch.record(resultsOf('F', 2));
    expect(watch.spans()).toBe('U0 F1');
    const other = watching({ retries: 1 });
    other.record(resultsOf('UFF--FU'));
    expect(other.spans()).toBe('U0 F1 ?3 F5 U6');
    other.record(resultsOf('F', 3));
    expect(other.spans()).toBe('U0 F1 ?4 F5 U6');
  });

  it('goes on with a confirmation after a restart, whenever it comes', () => {
    const watch = watching({ retries: 3 });
    for (const letter of 'UFFFFU') {
      watch.play(letter);
      watch.restart();
    }
    expect([watch.spans(), watch.incidents()]).toEqual(['U0 F1 U5', ['1 down critical 1-5 recovered']]);
    expect(watch.events()).toEqual(['down 1 U>F', 'up 1 F>U']);
  });
});

describe('checks that are asked for', () => {
  const checks = (orders: readonly CheckOrder[]) =>
    orders.map(({ recheck, down }) => [recheck && [(recheck.at - NOON) / 1000, recheck.attempt], down]);

  it('are another look after each failure that does not confirm, and none any more when it is settled', () => {
    const watch = watching({ retries: 2, retry_interval: 5000 });
    const orders = watch.play('UFFFFUFU').map((report) => checks(report.orders));
    // The check took 12.34 ms and began 3 ms late.
    expect(orders).toEqual([
      [],
      [[[65.016, 2], false]],
      [[[125.016, 3], false]],
      [[null, true]],
      [],
      [[null, false]],
      [[[365.016, 2], false]],
      [[null, false]],
    ]);
  });

  it('come from elsewhere than where the failure was seen', () => {
    const watch = watching({ retries: 2 });
    const [report] = watch.play('F', { location: 'berlin' });
    expect(report?.orders).toMatchObject([{ monitor: 'website', recheck: { avoid: 'berlin' } }]);
  });

  it('are asked for again when they could not be made, but not because of a regular one', () => {
    const watch = watching({ retries: 2, retry_interval: 5000 });
    watch.play('UF');
    expect(checks(watch.play('M')[0]?.orders ?? [])).toEqual([]);
    expect(checks(watch.play('M', { attempt: 2 })[0]?.orders ?? [])).toEqual([[[185.016, 2], false]]);
  });

  it('say the last word of one transaction only', () => {
    const watch = watching({ retries: 2 });
    watch.minute = 10;
    expect(checks(watch.record(resultsOf('UFFF')).orders)).toEqual([[null, true]]);
    expect(checks(watch.record(resultsOf('UF', 4)).orders)).toEqual([[[600, 2], false]]);
  });

  it('are asked for once more after a restart, and of what is down it is said', () => {
    const watch = watching({ retries: 1 }, { id: 'other', retries: 0 }, { id: 'well' }, { id: 'off', retries: 1 });
    watch.record(resultsOf('UF'));
    watch.record(resultsOf('F', 0, { monitor: 'other' }));
    watch.record(resultsOf('U', 0, { monitor: 'well' }));
    watch.record(resultsOf('F', 0, { monitor: 'off' }));
    watch.sync({ retries: 1 }, { id: 'other', retries: 0 }, { id: 'well' }, { id: 'off', retries: 1, enabled: false });
    watch.minute = 2;
    expect(watch.restart()).toEqual({
      orders: [
        { monitor: 'website', recheck: { at: watch.now, attempt: 2, avoid: null }, down: false },
        { monitor: 'other', recheck: null, down: true },
      ],
      events: 0,
    });
  });
});
