import { escapeHtml } from './escape.ts';
import { labelledLinks, type Look } from './look.ts';
import type { Wording } from './wording.ts';

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CELL = 'padding:4px 12px 4px 0;vertical-align:top;text-align:left;font-weight:normal';
const LINK =
  'display:inline-block;margin:0 12px 0 0;padding:8px 16px;border-radius:4px;color:#fff;text-decoration:none';

/** A message as a page for mail: styles stand with each element and nothing is fetched, as readers of mail want it. */
export function mailHtml(words: Wording, { colour }: Look): string {
  const { title, summary, fields, lines } = words;
  const rows = fields.map(
    ({ label, value }) =>
      `<tr><th scope="row" style="${CELL};color:#555">${escapeHtml(label)}</th><td style="${CELL}">${escapeHtml(value)}</td></tr>`,
  );
  const links = labelledLinks(words).map(
    ({ label, url }) => `<a href="${escapeHtml(url)}" style="${LINK};background:${colour}">${escapeHtml(label)}</a>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeHtml(title)}</title></head>`,
    `<body style="margin:0;padding:16px;${FONT};font-size:15px;line-height:1.5;color:#1b1b1b;background:#fff">`,
    `<div style="max-width:640px;border-left:4px solid ${colour};padding:0 0 0 16px">`,
    `<h1 style="margin:0 0 8px;font-size:20px">${escapeHtml(title)}</h1>`,
    `<p style="margin:0 0 16px">${escapeHtml(summary)}</p>`,
    ...(rows.length > 0 ? [`<table style="border-collapse:collapse;margin:0 0 16px">${rows.join('')}</table>`] : []),
    ...(lines.length > 0
      ? [`<p style="margin:0 0 16px;white-space:pre-wrap">${lines.map(escapeHtml).join('<br>')}</p>`]
      : []),
    ...(links.length > 0 ? [`<p style="margin:0">${links.join('')}</p>`] : []),
    '</div></body></html>',
  ].join('\n');
}
