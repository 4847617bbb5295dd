import type { Milliseconds } from '../../core/duration.ts';
import { type Finding, findingsOf, quoted } from '../../core/expect/finding.ts';
import { type TextRule, judgeText } from '../../core/expect/text-rule.ts';
import { type Conversation, withoutEnd } from '../../net/conversation.ts';
import { end } from '../../net/ended.ts';
import { failure } from '../../net/failure.ts';

/** After how long of silence an unfinished line counts as all there is: a prompt has no line end. */
const SILENCE: Milliseconds = 250;
/** From so many characters on, what is said bit by bit is not judged at every bit. */
const MUCH = 4096;
const PAUSE: Milliseconds = 50;

/**
 * Listens until what the server says fits the rule, and else until it closes, has said 64 KiB or the deadline passes:
 * banners and answers may take many lines. Ends the conversation only when nothing at all is said.
 */
export async function hear(
  conversation: Conversation,
  what: 'banner' | 'answer',
  rule: TextRule,
): Promise<readonly Finding[]> {
  for (let patience: Milliseconds | undefined; ;) {
    const waited = await conversation.more(patience);
    const { heard } = conversation;
    if (heard === '' && waited === 'closed') end(failure('conn_closed'));
    if (heard === '' && waited === 'over') end(conversation.timeout());
    patience = waited === 'more' && mayBeCutOff(heard, rule) ? SILENCE : undefined;
    if (patience !== undefined) continue;
    const findings = judgeSaid(what, rule, heard);
    const isFinal = waited !== 'more' && waited !== 'quiet';
    if (isFinal || findings.every(({ ok }) => ok)) return findings;
    if (heard.length > MUCH) await conversation.pause(PAUSE);
  }
}

/** What a rule says to words of the server, whose last line end may be left out of the account. */
export function judgeSaid(what: 'banner' | 'answer', rule: TextRule, said: string): readonly Finding[] {
  const whole = judgeText(rule, said);
  const held = whole.every(({ ok }) => ok) ? whole : judgeText(rule, withoutEnd(said));
  return findingsOf({ what, reason: `${what}_unexpected`, severity: 'down' }, quoted(said), held);
}

/** Whether the words might stop to fit when the rest of their line comes. */
function mayBeCutOff(heard: string, { not_equals, not_contains, not_matches }: TextRule): boolean {
  const isCautious = not_equals !== undefined || not_contains !== undefined || not_matches !== undefined;
  return isCautious && !heard.endsWith('\n');
}
