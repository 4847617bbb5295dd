import { createHash } from 'node:crypto';
import { roughly } from '../core/figure-words.ts';
import type { IncidentReportAnswer } from '../query/trouble/incident.ts';
import type { IncidentAnswer } from '../query/trouble/incident-answer.ts';
import { html, type Content, type Markup } from '../report/markup.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; }
dt { opacity: 0.7; }
dd { margin: 0; overflow-wrap: anywhere; }
ol { list-style: none; padding: 0; }
li { padding: 0.2rem 0; overflow-wrap: anywhere; }
time { opacity: 0.7; font-variant-numeric: tabular-nums; margin-right: 0.6rem; }
input, button { font: inherit; padding: 0.5rem 0.8rem; margin: 0.3rem 0; }
button { font-weight: 600; cursor: pointer; }
`;

/** In one piece: a blank more, and the policy would refuse it. */
const STYLE_TAG: Markup = { markup: `<style>${STYLE}</style>` };
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The page has its one style within, sends its form to where it came from, and nothing else; no script ever runs. */
export const INCIDENT_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** An incident for a person who follows a link: what happened, and who was told. */
export function incidentPage({ incident, timeline, notifications, storm }: IncidentReportAnswer): string {
  const others = storm === null ? 0 : storm.total - 1;
  return page(
    titleOf(incident),
    html`${facts(incident)} ${others > 0 && html`<p>It is one of ${others + 1} incidents that began together.</p>`}
      <h2>What happened</h2>
      <ol>
        ${timeline.map(({ at, text }) => html`<li><time datetime="${at}">${clock(at)}</time>${text}</li>`)}
      </ol>
      <h2>Who was told</h2>
      ${
        notifications.length === 0
          ? html`<p>Nobody.</p>`
          : html`<ol>
              ${notifications.map(
                ({ channel, kind, text, created_at }) =>
                  html`<li>
                    <time datetime="${created_at}">${clock(created_at)}</time>${channel} (${kind}): ${text}
                  </li>`,
              )}
            </ol>`
      }`,
  );
}

/** What a link to acknowledge opens. `done`: the button was just pressed, and whether that changed anything. */
export function acknowledgePage(incident: IncidentAnswer, done: { readonly changed: boolean } | null): string {
  return page(titleOf(incident), html`${facts(incident)}${stateOf(incident, done)}`);
}

/** For links that are none of ours. It never says whether there is such an incident. */
export function badLinkPage(): string {
  return page(
    'This link does not work',
    html`<p>It is not one that was sent out, or a part of it is missing. Copy it whole from the message.</p>`,
  );
}

/** For numbers that no incident has. */
export function noIncidentPage(number: number): string {
  return page('There is no such incident', html`<p>No incident has the number ${number}.</p>`);
}

const DONE = html`<p><strong>Acknowledged.</strong> Thank you. Nobody is reminded of it any more.</p>`;

function stateOf(
  { open, acknowledged, resolved_at }: IncidentAnswer,
  done: { readonly changed: boolean } | null,
): Markup {
  if (done?.changed === true) return DONE;
  if (acknowledged !== null) {
    const who = acknowledged.by === null || acknowledged.by === 'link' ? 'somebody' : acknowledged.by;
    return html`<p>
      It was acknowledged already, by ${who} at ${clock(acknowledged.at)}. There is nothing left to do here.
    </p>`;
  }
  if (!open) {
    const when = resolved_at === null ? '' : ` since ${clock(resolved_at)}`;
    return html`<p>It is over${when}. There is nothing left to acknowledge.</p>`;
  }
  return html`<form method="post">
    <label
      >Your name, for the others (may be left empty)<br /><input name="by" maxlength="100" autocomplete="name"
    /></label>
    <p><button type="submit">Acknowledge</button></p>
    <p>Reminders and escalations end, and you hear when it is over.</p>
  </form>`;
}

function titleOf({ number, kind, name, location, open }: IncidentAnswer): string {
  const subject = name ?? (location === null ? 'Longwatch' : `Longwatch at ${location}`);
  const what = kind === 'blind' ? 'cut off from the network' : kind;
  return `${subject} ${open ? 'is' : 'was'} ${what} (incident ${number})`;
}

function facts({ group, started_at, resolved_at, duration_seconds, cause, open }: IncidentAnswer): Markup {
  const rows: [string, string | null][] = [
    ['Group', group],
    ['Since', clock(started_at)],
    ['Until', resolved_at === null ? null : clock(resolved_at)],
    [open ? 'For' : 'Lasted', roughly(duration_seconds)],
    ['Why', cause?.text ?? null],
    ...(cause?.unmet ?? []).map(({ what, expected, got }): [string, string] => [
      what,
      `expected ${expected}, got ${got}`,
    ]),
  ];
  return html`<dl>
    ${rows.flatMap(([term, value]) =>
      value === null
        ? []
        : html`<dt>${term}</dt>
            <dd>${value}</dd>`,
    )}
  </dl>`;
}

function page(title: string, content: Content): string {
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${STYLE_TAG}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
  return markup;
}

function clock(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`;
}
