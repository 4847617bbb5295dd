import type { DropReason, WaitReason } from './situation.ts';

const WAITS: Readonly<Record<WaitReason, string>> = {
  gather: 'It waits a moment for others, to be told in one with them if there are many.',
  delay: 'The policy tells only of trouble that lasts for a while.',
  quiet: 'It is held until the quiet hours of the policy end.',
  digest: 'The policy gathers messages and tells them in one.',
  rate: 'The channel got as many messages as the policy allows; it waits until there is room.',
  parent_unsure: 'It waits until it is known whether what the monitor depends on is down as well.',
  maintenance: 'It is held until the maintenance ends.',
  silenced: 'It is held until the silence of the incident ends.',
  outside_hours: 'It is held until the hours of the policy begin.',
  retry: 'The channel did not take it; it is tried again.',
  repeat: 'It is due if the incident is still open by then and nobody has acknowledged it.',
  escalation: 'It is due if the incident is still open by then and nobody has acknowledged it.',
};

const DROPS: Readonly<Record<DropReason, string>> = {
  maintenance: 'The monitor was in maintenance.',
  parent_down: 'Something that the monitor depends on was down, which is told instead.',
  silenced: 'The incident was silenced.',
  acknowledged: 'Somebody had acknowledged the incident.',
  resolved: 'The incident was over.',
  over_before_told: 'It was over before anybody was to be told.',
  worse_now: 'It had become worse, which is told instead.',
  flapping: 'The monitor was flapping, which is told instead.',
  outside_hours: 'It was outside the hours of the policy.',
  not_told: 'The channel was not told of the beginning, so it need not be told of the end.',
  told_already: 'The channel had been told already.',
  not_taken_yet: 'The channel had not taken yet what was to be told before, which tells of it too.',
  about_itself: 'It is about this channel itself, which does not take messages.',
  too_old: 'It was more than a day old.',
  channel_gone: 'The file has no such channel, or it is disabled.',
};

/** Why a message waits or was dropped, in a sentence for people. */
export function reasonSentence(reason: WaitReason | DropReason, state: 'waiting' | 'dropped'): string {
  const [first, second] = state === 'waiting' ? [WAITS, DROPS] : [DROPS, WAITS];
  return sentenceIn(first, reason) ?? sentenceIn(second, reason) ?? reason;
}

/** Why a message was dropped, to follow a colon; a word that is no reason stays as it is. */
export function reasonClause(word: string): string {
  const sentence = sentenceIn(DROPS, word);
  return sentence === undefined ? word : `${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)}`;
}

function sentenceIn(sentences: Readonly<Record<string, string>>, reason: string): string | undefined {
  return Object.hasOwn(sentences, reason) ? sentences[reason] : undefined;
}
