import { expect, it } from 'vitest';
import { Urgency } from '../../src/recorder/urgency.ts';
import { aMonitor } from '../support/monitors.ts';
import { resultsOf } from '../support/recorded-trouble.ts';

const urgent = (urgency: Urgency, letters: string) =>
  resultsOf(letters)
    .map((result) => Number(urgency.isUrgent([result])))
    .join('');

it.each([
  ['nothing while all is well', 'UUU', '000'],
  ['the first failure and the first success', 'UFFFUU', '010010'],
  ['the first of what is not up, whatever it is', 'UDUXMU', '011101'],
  ['a failure before anything else', 'FU', '11'],
])('takes for urgent %s', (_, letters, expected) => {
  expect(urgent(new Urgency(2000), letters)).toBe(expected);
});

it('takes for urgent each success of what is down, and each check that confirms', () => {
  const urgency = new Urgency(2000);
  urgency.learn([{ monitor: 'website', recheck: null, down: true }]);
  expect(urgent(urgency, 'UU')).toBe('11');
  urgency.learn([{ monitor: 'website', recheck: null, down: false }]);
  expect(urgent(urgency, 'UU')).toBe('00');
  expect(urgency.isUrgent(resultsOf('F', 0, { attempt: 2 }))).toBe(true);
});

it('takes for urgent what holds one that is', () => {
  expect(new Urgency(2000).isUrgent(resultsOf('UUFU'))).toBe(true);
});

it.each([
  ['a single failure of a monitor that confirms', {}, 'UFUFFU', '000000'],
  ['what is neither up nor down', {}, 'UDUXU', '01111'],
  ['the success after a failure that was degraded meanwhile', {}, 'FDU', '001'],
])('waits for company with %s', (_, monitor, letters, expected) => {
  const urgency = new Urgency(2000);
  urgency.setMonitors([aMonitor({ retries: 2, retry_interval: 5000, ...monitor })]);
  expect(urgent(urgency, letters)).toBe(expected);
});

it('does not wait with the checks that confirm a failure, and with the end of the outage', () => {
  const urgency = new Urgency(2000);
  urgency.setMonitors([aMonitor({ retries: 2, retry_interval: 5000 })]);
  expect(urgent(urgency, 'F')).toBe('0');
  expect(urgency.isUrgent(resultsOf('F', 1, { attempt: 2 }))).toBe(true);
  expect(urgency.isUrgent(resultsOf('F', 2, { attempt: 3 }))).toBe(true);
  urgency.learn([{ monitor: 'website', recheck: null, down: true }]);
  expect(urgent(urgency, 'FUU')).toBe('011');
});

it.each([
  ['decides at once', { retries: 0, retry_interval: 5000 }],
  ['is looked at again before it would be written', { retries: 2, retry_interval: 1999 }],
  ['is of a monitor that is not known', { id: 'another', retries: 2, retry_interval: 5000 }],
])('does not wait with a failure that %s', (_, monitor) => {
  const urgency = new Urgency(2000);
  urgency.setMonitors([aMonitor(monitor)]);
  expect(urgent(urgency, 'UFU')).toBe('011');
});
