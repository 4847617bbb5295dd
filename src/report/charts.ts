import type { ReportedStep } from '../core/period-report.ts';
import { html, type Content, type Markup } from './markup.ts';

/** Where things lie in a chart, in its own units: the whole width, the height of bars, room for marks below them. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly marks: number;
}

const WIDE: Frame = { width: 720, height: 40, marks: 8 };
const NARROW: Frame = { width: 186, height: 18, marks: 5 };

/** A bar is never wider than this share of the chart, so that a report of a day is no wall of colour. */
const WIDEST_BAR = 1 / 15;
const LINE_HEIGHT = 56;

type Times = Pick<
  ReportedStep,
  'observed_seconds' | 'degraded_seconds' | 'down_seconds' | 'unknown_seconds' | 'maintenance_seconds'
>;

/**
 * The fills of the charts, once in a page. Statuses differ by texture as well as by colour: `up` is plain, `degraded`
 * striped, `down` has a mark below the bar, time not observed is dotted, maintenance has upright stripes.
 */
export function chartFills(): Markup {
  return html`<svg class="fills" width="0" height="0" aria-hidden="true" focusable="false">
    <defs>
      <pattern id="stripes" width="4" height="4" patternUnits="userSpaceOnUse">
        <rect width="4" height="4" class="paper" />
        <rect width="4" height="2.5" class="degraded" />
      </pattern>
      <pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse">
        <rect width="4" height="4" class="faint" />
        <circle cx="2" cy="2" r="0.9" class="unknown" />
      </pattern>
      <pattern id="columns" width="3" height="3" patternUnits="userSpaceOnUse">
        <rect width="3" height="3" class="faint" />
        <rect width="1.2" height="3" class="maintenance" />
      </pattern>
    </defs>
  </svg>`;
}

/** One bar a day, split by how the time of the day was spent, for a row of a table. `words`: what the picture says. */
export function smallBars(steps: readonly Times[], words: string): Markup {
  return picture({ ...NARROW, total: NARROW.height + NARROW.marks, name: 'bars small', words }, bars(steps, NARROW));
}

/** The same, large. */
export function wideBars(steps: readonly Times[], words: string, titles: readonly string[]): Markup {
  const content = [bars(steps, WIDE), hovers(titles, WIDE.height + WIDE.marks)];
  return picture({ ...WIDE, total: WIDE.height + WIDE.marks, name: 'bars', words }, content);
}

/** A line through the values of the days, from 0 up to `top`, broken where there is none. */
export function line(values: readonly (number | null)[], top: number, words: string): Markup {
  const pitch = pitchOf(values.length, WIDE);
  const place = (value: number, index: number): string =>
    `${rounded((index + 0.5) * pitch)} ${rounded(LINE_HEIGHT - (value / top) * (LINE_HEIGHT - 4))}`;
  const runs: { readonly first: number; readonly points: string[] }[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    if (index === 0 || values[index - 1] === null) runs.push({ first: index, points: [] });
    runs.at(-1)?.points.push(place(value, index));
  }
  const edge = (index: number): number => rounded((index + 0.5) * pitch);
  const areas = runs.map(
    ({ first, points }) =>
      `M${edge(first)} ${LINE_HEIGHT}L${points.join('L')}L${edge(first + points.length - 1)} ${LINE_HEIGHT}z`,
  );
  // A run of one day has no length; a round line end makes it a dot.
  const strokes = runs.map(({ points }) => `M${points.join('L')}${points.length === 1 ? 'h0' : ''}`);
  const content = html`<path class="area" d="${areas.join('')}" /><path class="stroke" d="${strokes.join('')}" />`;
  return picture({ width: WIDE.width, total: LINE_HEIGHT, name: 'line', words }, content);
}

/** Where the middle of a day lies, percent of the width of a chart. */
export function placeOf(index: number, count: number): number {
  return rounded((100 * (index + 0.5) * pitchOf(count, WIDE)) / WIDE.width);
}

function picture(
  { width, total, name, words }: { width: number; total: number; name: string; words: string },
  content: Content,
): Markup {
  return html`<svg class="${name}" viewBox="0 0 ${width} ${total}" role="img" aria-label="${words}">${content}</svg>`;
}

function pitchOf(count: number, { width }: Frame): number {
  return width * Math.min(WIDEST_BAR, 1 / Math.max(1, count));
}

/** All bars as one path a status, which keeps a page of hundreds of monitors small. */
function bars(steps: readonly Times[], frame: Frame): Markup[] {
  const pitch = pitchOf(steps.length, frame);
  const wide = rounded(pitch * 0.78);
  const paths = { up: '', degraded: '', down: '', unknown: '', maintenance: '', none: '', mark: '' };
  for (const [index, step] of steps.entries()) {
    const left = rounded(index * pitch + (pitch - wide) / 2);
    let top = 0;
    const isThere = wholeOf(step) > 0;
    if (!isThere) paths.none += `M${left} ${frame.height - 2}h${wide}v2h-${wide}z`;
    for (const [status, height] of heightsOf(step, frame.height)) {
      if (height > 0) paths[status] += `M${left} ${rounded(top)}h${wide}v${rounded(height)}h-${wide}z`;
      top += height;
    }
    if (step.down_seconds > 0) paths.mark += markAt(left + wide / 2, Math.min(wide, frame.marks + 1) / 2, frame);
  }
  return Object.entries(paths)
    .filter(([, path]) => path !== '')
    .map(([name, path]) => html`<path class="${name}" d="${path}" />`);
}

function markAt(middle: number, half: number, { height, marks }: Frame): string {
  return `M${rounded(middle)} ${height + 1.5}l${rounded(half)} ${marks - 1.5}h-${rounded(2 * half)}z`;
}

type Heights = readonly (readonly ['down' | 'degraded' | 'unknown' | 'maintenance' | 'up', number])[];

/** Shares of a bar from its top; nothing at all of a day on which there was no such monitor. A minute of a day would be no height at all, so trouble has a least height. */
function heightsOf(step: Times, height: number): Heights {
  const whole = wholeOf(step);
  if (whole <= 0) return [];
  const share = (seconds: number, least: number): number =>
    seconds <= 0 ? 0 : Math.max(least * height, (seconds / whole) * height);
  const down = share(step.down_seconds, 0.2);
  const degraded = Math.min(height - down, share(step.degraded_seconds, 0.15));
  // Seconds between two checks are not worth a mark; the figures tell them.
  const unseen = step.unknown_seconds / whole < 0.005 ? 0 : share(step.unknown_seconds, 0.1);
  const kept = Math.min(height - down - degraded, share(step.maintenance_seconds, 0.1));
  const rest = height - down - degraded - kept;
  // Of a day of which nothing was observed there is nothing else to show.
  const isDark = step.observed_seconds <= 0;
  const maintenance = isDark && unseen === 0 ? height : kept;
  const unknown = isDark ? height - maintenance : Math.min(rest, unseen);
  return [
    ['down', down],
    ['degraded', degraded],
    ['maintenance', maintenance],
    ['unknown', unknown],
    ['up', height - down - degraded - maintenance - unknown],
  ];
}

function wholeOf({ observed_seconds, unknown_seconds, maintenance_seconds }: Times): number {
  return observed_seconds + unknown_seconds + maintenance_seconds;
}

/** Invisible columns that say what a day was like when one points at them. */
function hovers(titles: readonly string[], height: number): Markup[] {
  const pitch = pitchOf(titles.length, WIDE);
  return titles.map(
    (title, index) =>
      html`<path class="over" d="M${rounded(index * pitch)} 0h${rounded(pitch)}v${height}h-${rounded(pitch)}z"
        ><title>${title}</title></path
      >`,
  );
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
