import { styleText } from 'node:util';
import stringWidth from 'string-width';
import type { AttemptAnswer, CertificateAnswer, FindingAnswer, SightAnswer } from '../query/evidence-answer.ts';
import { counted, harmless, shortMs } from './words.ts';

type Style = 'green' | 'yellow' | 'red';

/** A certificate with fewer days left than this is worth a look. */
const FEW_DAYS = 14;

/** What a check saw, for a person, a line each without its end: expectations, addresses, certificates, facts. */
export function sightLines({ findings, attempts, certificates, facts }: SightAnswer): string[] {
  return [
    ...section('expectations', aligned(findings.map(findingCells))),
    ...section('addresses tried', aligned(attempts.map(attemptCells))),
    ...section('certificates', aligned(certificates.map(certificateCells))),
    ...section('facts', aligned(Object.entries(facts))),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function findingCells({ what, ok, expected, got, severity }: FindingAnswer): readonly string[] {
  const mark = ok ? painted('✔', 'green') : severity === 'degraded' ? painted('⚠', 'yellow') : painted('✖', 'red');
  return [`${mark} ${harmless(what)}`, `expected ${harmless(expected)}, got ${harmless(got)}`];
}

function attemptCells({ address, reason, ms }: AttemptAnswer): readonly string[] {
  const mark = reason === null ? painted('✔', 'green') : painted('✖', 'red');
  return [`${mark} ${harmless(address)}`, `${reason ?? 'connected'} after ${shortMs(ms)}`];
}

function certificateCells({ subject, issuer, expires_at, days_left }: CertificateAnswer): readonly string[] {
  const until = expires_at === null ? 'no end that can be read' : `until ${expires_at.slice(0, 10)}`;
  return [harmless(subject), `from ${harmless(issuer)}`, `${until}${daysWords(days_left)}`];
}

function daysWords(days: number | null): string {
  if (days === null) return '';
  if (days === -1) return painted(', expired less than a day ago', 'red');
  if (days < 0) return painted(`, expired ${counted(-days - 1, 'day')} ago`, 'red');
  return painted(`, ${counted(days, 'day')} left`, days < FEW_DAYS ? 'yellow' : 'green');
}

/** The words say it, too: colour is for the eye only. */
function painted(text: string, style: Style): string {
  return styleText(style, text, { stream: process.stdout });
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, stringWidth(text));
  }
  return rows.map((row) => {
    const cells = row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - stringWidth(text)));
    return cells.join('  ').trimEnd();
  });
}
