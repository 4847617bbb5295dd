import { type Finding, findingsOf, quoted } from '../../../core/expect/finding.ts';
import { isPlainPath } from '../../../core/expect/json-path.ts';
import { judgeJson, notJson } from '../../../core/expect/judge-json.ts';
import type { JsonRule } from '../../../core/expect/json-rule.ts';
import { type TextRule, judgeText } from '../../../core/expect/text-rule.ts';

/** A body and what it must be; it survives the way to another thread. */
export interface Content {
  readonly text: string;
  /** Whether the body was longer. */
  readonly cut: boolean;
  readonly body: TextRule | null;
  readonly json: readonly JsonRule[];
}

/** In characters. Reading 256 Ki of JSON takes 3 ms; the worst patterns need 0.3 µs a character, and far worse can be made. */
const QUICK_TO_READ = 262_144;
const QUICK_TO_MATCH = 4096;

/** Whether judging takes a few milliseconds at most, whatever the text was made for. */
export function isQuick({ text, body, json }: Content): boolean {
  const rules = [...(body === null ? [] : [body]), ...json];
  const matches = rules.some(
    (rule) => rule.matches !== undefined || ('not_matches' in rule && rule.not_matches !== undefined),
  );
  return text.length <= (matches ? QUICK_TO_MATCH : QUICK_TO_READ) && json.every(({ path }) => isPlainPath(path));
}

/** Judges the text of a body, as far as it was read. */
export function judgeContent({ text, cut, body, json }: Content): readonly Finding[] {
  const findings = body === null ? [] : judgeBodyText(body, text);
  if (json.length === 0) return findings;
  return [...findings, ...(cut ? notJson('a body that is longer than max_body') : judgeJson(json, text))];
}

/** An empty body is there as little as one that was not sent, but for what is said of its text. */
function judgeBodyText({ exists, ...rule }: TextRule, text: string): readonly Finding[] {
  const expectation = { what: 'body', reason: 'body_unexpected', severity: 'down' } as const;
  const got = text === '' ? 'an empty body' : quoted(text.slice(0, 400));
  const saysMore = Object.values(rule).some((part) => part !== undefined);
  return findingsOf(expectation, got, [
    ...(exists === undefined && saysMore ? [] : judgeText({ exists: exists ?? true }, text === '' ? null : text)),
    ...(saysMore ? judgeText(rule, text) : []),
  ]);
}
