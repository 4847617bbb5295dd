import { systemClock } from '../core/clock.ts';
import { NO_EVIDENCE } from '../core/evidence.ts';
import type { Outcome } from '../core/outcome.ts';
import { sightAnswer } from '../query/evidence-answer.ts';
import { textLine, type Paint, type Subject } from './check-lines.ts';
import { sightLines } from './sight-lines.ts';
import { harmless, phaseWords } from './words.ts';

/** One result for a person with all that was seen: its line, and below it phases, redirects, expectations, certificates. */
export function verboseLines(subject: Subject, outcome: Outcome, paint: Paint): string {
  const { phases, finalUrl, address, evidence } = outcome;
  const took = phaseWords(phases);
  const redirected = finalUrl !== null && !isSame(finalUrl, subject.url);
  const lines = [
    ...(subject.monitor === null ? [] : [subject.url]),
    ...(took === '' ? [] : [took]),
    ...(redirected ? [`redirected to ${finalUrl}`] : []),
    ...(address === null || evidence !== null ? [] : [`dialled ${address}`]),
  ];
  const sight = sightLines(sightAnswer(evidence ?? NO_EVIDENCE, systemClock.now()));
  return textLine(subject, outcome, paint) + [...lines.map(harmless), ...sight].map((line) => `  ${line}\n`).join('');
}

/** Whether two addresses differ only in how they are written. */
function isSame(one: string, other: string): boolean {
  const read = (text: string): string => {
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
    return URL.canParse(url) ? new URL(url).href : url;
  };
  return read(one) === read(other);
}
