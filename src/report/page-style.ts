const LIGHT = `
  --paper: #ffffff; --ink: #1b1f24; --soft: #5b6570; --hair: #e2e6ea; --panel: #f5f7f9; --accent: #2f62c8;
  --up: #2f9c69; --degraded: #b87900; --down: #c42b2b; --unknown: #7d8895; --faint: #e9edf1; --area: #2f62c814;`;
const DARK = `
  --paper: #13161a; --ink: #e7eaee; --soft: #9ba6b2; --hair: #2a3037; --panel: #1b2026; --accent: #86acff;
  --up: #3aa876; --degraded: #e0a338; --down: #ff6a61; --unknown: #7f8b98; --faint: #262c33; --area: #86acff1f;`;

/** The looks of a report: light or dark as the reader's system is, always light on paper (A4). */
export const PAGE_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
html { text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3rem 1.5rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 400 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, h3 { line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
h1 { margin: 0.25rem 0 0.5rem; font-size: 2.125rem; letter-spacing: -0.02em; font-weight: 680; }
h2 { margin: 3rem 0 1rem; font-size: 1.25rem; letter-spacing: -0.01em; font-weight: 650; }
h3 { margin: 0; font-size: 1.125rem; font-weight: 650; }
p { margin: 0.25rem 0; }
a { color: inherit; text-decoration-color: var(--unknown); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-color: currentColor; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.kind { margin: 0; color: var(--soft); font-size: 0.8125rem; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; }
.soft { color: var(--soft); }
.note { margin-top: 1rem; padding: 0.6rem 0.9rem; border-left: 3px solid var(--degraded); background: var(--panel); border-radius: 0 4px 4px 0; }

.figures { display: flex; flex-wrap: wrap; gap: 1px; margin: 2rem 0 1.5rem; padding: 0;
  background: var(--hair); border: 1px solid var(--hair); border-radius: 8px; overflow: hidden; }
.figures > div { flex: 1 1 max(9rem, 30%); padding: 0.9rem 1.1rem 1rem; background: var(--paper); }
.figures dt { color: var(--soft); font-size: 0.8125rem; }
.figures dd { margin: 0; }
.figures .value { font-size: 1.625rem; line-height: 1.3; font-weight: 640; letter-spacing: -0.02em; }
.figures .beside { color: var(--soft); font-size: 0.8125rem; }

.fills { position: absolute; }
svg { display: block; }
.bars, .line { width: 100%; height: auto; overflow: visible; }
.small { width: 11.625rem; height: 1.4375rem; overflow: visible; }
.up { fill: var(--up); } .down, .mark { fill: var(--down); } .degraded { fill: var(--degraded); } .unknown { fill: var(--unknown); } .maintenance { fill: var(--accent); }
.none { fill: var(--hair); } .paper { fill: var(--paper); } .faint { fill: var(--faint); }
path.degraded { fill: url(#stripes); } path.unknown { fill: url(#dots); } path.maintenance { fill: url(#columns); }
.over { fill: transparent; } .over:hover { fill: var(--ink); fill-opacity: 0.08; }
.stroke { fill: none; stroke: var(--accent); stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.area { fill: var(--area); }
figure { margin: 0; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin-bottom: 0.35rem; color: var(--soft); font-size: 0.8125rem; }
.plot { position: relative; border-bottom: 1px solid var(--hair); border-top: 1px dashed var(--hair); }
.plot > span { position: absolute; left: 0; top: 0.1rem; padding: 0 0.25rem; color: var(--soft); font-size: 0.6875rem; line-height: 1.2; background: var(--paper); }
.axis { position: relative; height: 1.25rem; margin: 0.15rem 0 0; color: var(--soft); font-size: 0.75rem; }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.axis span:first-child { transform: none; left: 0 !important; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.75rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: 0.8125rem; }
.legend li { display: flex; align-items: center; gap: 0.45rem; }
.legend svg { width: 0.75rem; height: 1.125rem; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
caption { text-align: left; }
th, td { padding: 0.45rem 1rem 0.45rem 0; border-bottom: 1px solid var(--hair); text-align: left; vertical-align: middle; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: 0.8125rem; vertical-align: bottom; white-space: nowrap; }
tbody th { font-weight: 500; overflow-wrap: anywhere; }
.overview tbody th { min-width: 9rem; }
.number, .days td, .days thead th { text-align: right; } .number, .moment, .bad, .warn { white-space: nowrap; }
.group th { padding-top: 1.25rem; color: var(--soft); font-size: 0.8125rem; font-weight: 600; }
.change { color: var(--soft); font-size: 0.75rem; }
.met, .missed { white-space: nowrap; }
.missed, .bad { color: var(--down); font-weight: 600; } .warn { color: var(--degraded); font-weight: 600; }

.monitor { margin: 0; padding: 2rem 0; border-top: 1px solid var(--hair); }
.monitor header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0.25rem 1.5rem; margin-bottom: 1.1rem; }
.monitor header .value { font-size: 1.25rem; font-weight: 640; letter-spacing: -0.01em; }
.monitor header p { overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: 0.85rem 1.25rem; margin: 1.25rem 0 0; }
.facts dt { color: var(--soft); font-size: 0.8125rem; }
.facts dd { margin: 0; font-weight: 500; }
h4 { margin: 1.5rem 0 0.25rem; font-size: 0.875rem; font-weight: 600; }
details { margin-top: 1rem; }
summary { width: fit-content; color: var(--soft); font-size: 0.875rem; cursor: pointer; }
footer { margin-top: 3rem; padding-top: 1.25rem; border-top: 1px solid var(--hair); color: var(--soft); font-size: 0.8125rem; }
.top { display: inline-block; margin-top: 0.75rem; }

@media (max-width: 40rem) { body { padding: 1.5rem 1rem 3rem; } h1 { font-size: 1.75rem; } .axis .less { display: none; } }
@page { size: A4; margin: 15mm 14mm; }
@media print {
  :root { color-scheme: light; ${LIGHT} }
  html { font-size: 12px; }
  body { max-width: none; padding: 0; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2 { break-after: avoid; margin-top: 2rem; } h3, h4, .monitor header { break-after: avoid; }
  .monitor { padding: 1.25rem 0; } figure, .figures, .facts, tr { break-inside: avoid; }
  .scroll { overflow: visible; } details, .top { display: none; } a { text-decoration: none; }
}
`;
