import stringWidth from 'string-width';
import { AppError } from '../core/errors.ts';
import type { Stretch } from './hidden-values.ts';

/** The line a problem is on, cut to a width that fits a terminal, and where the caret goes below it. */
export interface Excerpt {
  readonly text: string;
  /** Columns of the terminal before the caret. */
  readonly indent: number;
}

/** One thing that is wrong (`error`) or worth a look (`warning`) in the configuration. */
export interface Problem {
  /** The file as the user named it, or `environment`. */
  readonly file: string;
  /** From 1; `null` for a problem that is on no line. */
  readonly line: number | null;
  /** From 1, in UTF-16 code units, as editors count; `null` with `line`. */
  readonly column: number | null;
  /** Keys and positions with dots between, `monitors.0.interval`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What was probably meant, as it would be written; `null` when nobody can tell. */
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
  readonly excerpt: Excerpt | null;
}

/** The colours of the parts of a problem; the default has none. */
export type Paint = (part: 'place' | 'error' | 'warning' | 'quiet', text: string) => string;

const SHOWN_PROBLEMS = 50;
const plain: Paint = (_part, text) => text;

/** The configuration has errors: all of them at once. The message is the whole text, ready for a terminal. */
export class ConfigError extends AppError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    super('config_invalid', `${file} is not a valid configuration\n\n${renderProblems(errors)}`, {
      hint: 'docs/configuration.md describes every key; "longwatch validate" checks a file without starting anything.',
    });
    this.problems = problems;
  }
}

/** Problems as text: `file:line:col: error: message  (path)`, the line with a caret, and how many there are. */
export function renderProblems(problems: readonly Problem[], paint: Paint = plain): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => renderProblem(problem, paint));
  const hidden = problems.length - shown.length;
  if (hidden > 0) shown.push(paint('quiet', `… and ${hidden} more\n`));
  return `${shown.join('')}\n${countProblems(problems)}`;
}

/** A problem on one line, for logs. */
export function problemLine(problem: Problem): string {
  const { file, line, column, severity, path } = problem;
  const place = line === null ? file : `${file}:${line}:${column}`;
  return `${place}: ${severity}: ${fullMessage(problem)}${path === '' ? '' : `  (${harmless(path)})`}`;
}

function renderProblem(problem: Problem, paint: Paint): string {
  const { file, line, column, severity, path, excerpt } = problem;
  const place = paint('place', line === null ? `${file}:` : `${file}:${line}:${column}:`);
  const where = path === '' ? '' : `  ${paint('quiet', `(${harmless(path)})`)}`;
  const head = `${place} ${paint(severity, `${severity}:`)} ${fullMessage(problem)}${where}\n`;
  if (excerpt === null) return head;
  const number = String(line);
  const margin = ' '.repeat(number.length);
  const bar = paint('quiet', '|');
  const caret = `${' '.repeat(excerpt.indent)}${paint(severity, '^')}`;
  return `${head}  ${paint('quiet', number)} ${bar} ${excerpt.text}\n  ${margin} ${bar} ${caret}\n`;
}

function fullMessage({ message, suggestion }: Problem): string {
  if (suggestion === null) return message;
  const literal = /^(?:".*"|true|false|\[\])$/.test(suggestion);
  return `${message}; did you mean ${literal ? suggestion : `"${suggestion}"`}?`;
}

function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const parts = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'problem' : 'problems'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return parts.join(', ');
}

const EXCERPT_WIDTH = 110;

/** Cuts a line around a column (from 1), and takes out what is hidden and what would steer a terminal. */
export function excerptOf(whole: string, column: number, hidden: readonly Stretch[] = []): Excerpt {
  const { line, at } = withoutHidden(whole, Math.min(column - 1, whole.length), hidden);
  const start = at < EXCERPT_WIDTH - 20 ? 0 : at - 60;
  const end = start + EXCERPT_WIDTH;
  const before = `${start > 0 ? '…' : ''}${harmless(line.slice(start, at))}`;
  const after = `${harmless(line.slice(at, end))}${line.length > end ? '…' : ''}`;
  return { text: `${before}${after}`.trimEnd(), indent: stringWidth(before) };
}

function withoutHidden(whole: string, at: number, hidden: readonly Stretch[]): { line: string; at: number } {
  let line = '';
  let kept = 0;
  let place = at;
  for (const { start, end } of hidden) {
    line += `${whole.slice(kept, start)}…`;
    kept = end;
    if (at >= end) place -= end - start - 1;
    else if (at > start) place -= at - start;
  }
  return { line: line + whole.slice(kept), at: place };
}

function harmless(text: string): string {
  return text.replaceAll('\t', '  ').replaceAll(/\p{Bidi_Control}|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
