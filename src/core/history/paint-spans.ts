import type { Reason } from '../reasons.ts';
import type { Span } from '../spans.ts';
import type { Status } from '../status.ts';

/** A stretch of time with one status: `from` inclusive, `to` exclusive, ms since the epoch; the newest ends at Infinity. */
export interface Stroke {
  readonly from: number;
  to: number;
  readonly status: Status;
  readonly reason: Reason | null;
}

/** Adds a stroke to others, in order of time; what goes on in the same status is joined, so that a long calm is one. */
export function addStroke(strokes: Stroke[], stroke: Stroke): void {
  const last = strokes.at(-1);
  if (last?.to === stroke.from && last.status === stroke.status) last.to = stroke.to;
  else strokes.push({ ...stroke });
}

/** Spans with strokes painted over them, both in order of time. Where there are no strokes spans stay as they were. */
export function paintSpans(spans: readonly Span[], strokes: readonly Stroke[]): Span[] {
  const painted: Span[] = [];
  const add = (span: Span): void => {
    if (painted.at(-1)?.status !== span.status) painted.push(span);
  };
  let index = 0;
  let under: Span | undefined;
  const passUntil = (moment: number, pass: (span: Span) => void): void => {
    for (let span = spans[index]; span !== undefined && span.start < moment; span = spans[index]) {
      pass(span);
      under = span;
      index += 1;
    }
  };
  for (const [number, { from, to, status, reason }] of strokes.entries()) {
    passUntil(from, add);
    add({ start: from, status, reason });
    passUntil(to, () => undefined);
    // What was there before goes on where the stroke ends, unless the next stroke or a span begins there.
    const goesOn = to !== Infinity && strokes[number + 1]?.from !== to && spans[index]?.start !== to;
    if (goesOn) add({ start: to, ...continued(under) });
  }
  passUntil(Infinity, add);
  return painted;
}

/** The reason of unknown time was that of its first result: what follows the stroke is a gap until a result says more. */
function continued(under: Span | undefined): Omit<Span, 'start'> {
  if (under === undefined || under.status === 'unknown') return { status: 'unknown', reason: null };
  return { status: under.status, reason: under.reason };
}
