import { expect, it } from 'vitest';
import { Urgency } from '../../src/recorder/urgency.ts';
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
  expect(urgent(new Urgency(), letters)).toBe(expected);
});

it('takes for urgent each success of what is down, and each check that confirms', () => {
  const urgency = new Urgency();
  urgency.learn([{ monitor: 'website', recheck: null, down: true }]);
  expect(urgent(urgency, 'UU')).toBe('11');
  urgency.learn([{ monitor: 'website', recheck: null, down: false }]);
  expect(urgent(urgency, 'UU')).toBe('00');
  expect(urgency.isUrgent(resultsOf('U', 0, { attempt: 2 }))).toBe(true);
});

it('takes for urgent what holds one that is', () => {
  expect(new Urgency().isUrgent(resultsOf('UUFU'))).toBe(true);
});
