/** The look of the HTML report: light and dark as the reader's system is, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c2330; --soft: #5d6675; --line: #e3e0d8;
  --accent: #0b6e69; --accent-soft: #d9efec; --severe: #b3261e; --severe-soft: #fbe4e1;
  --elevated: #9a5b00; --elevated-soft: #fbeed6; --bar: #c9c5ba;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --card: #1b2027; --ink: #e7e9ee; --soft: #9aa4b4; --line: #2c333d;
    --accent: #5cc9bf; --accent-soft: #17413e; --severe: #ff8a80; --severe-soft: #4a2220;
    --elevated: #f0b556; --elevated-soft: #443314; --bar: #454d59;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 3rem 2rem 4rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
header { border-bottom: 3px solid var(--accent); padding-bottom: 1.4rem; margin-bottom: 2rem; }
.kicker { color: var(--accent); font-weight: 600; letter-spacing: .08em; text-transform: uppercase; font-size: .78rem; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: .3rem 0 .5rem; font-weight: 700; }
h2 { font-size: 1.3rem; margin: 2.8rem 0 .9rem; }
h3 { font-size: 1rem; margin: 1.8rem 0 .4rem; }
h3 .count { color: var(--soft); font-weight: 400; }
p { margin: .4rem 0; max-width: 48rem; }
.soft { color: var(--soft); }
.lead { font-size: 1.12rem; }
code, .name { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .9em; }
.digest { overflow-wrap: anywhere; font-size: .85rem; color: var(--soft); }
.badge { display: inline-block; padding: .1rem .65rem; border-radius: 1rem; font-weight: 600; font-size: .85rem;
  background: var(--accent-soft); color: var(--accent); }
.badge.partial, .badge.elevated { background: var(--elevated-soft); color: var(--elevated); }
.badge.severe { background: var(--severe-soft); color: var(--severe); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 1.6rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: 1rem 1.2rem; break-inside: avoid; }
.figure b { display: block; font-size: 2rem; line-height: 1.15; font-weight: 700; }
.figure span { color: var(--soft); font-size: .88rem; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .55rem 1rem; align-items: center; }
.bar { height: 1.15rem; background: var(--bar); border-radius: .35rem; display: flex; overflow: hidden; min-width: 2px; }
.bar i { display: block; background: var(--severe); }
.bar.own { background: var(--accent); }
.legend { font-size: .85rem; color: var(--soft); margin-top: .8rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; background: var(--severe); vertical-align: -.1rem; }
.risk { display: grid; grid-template-columns: 13rem 1fr; gap: .2rem 1.2rem; padding: .75rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
.risk:first-of-type { border-top: 0; }
.risk .name { font-weight: 600; margin-right: .5rem; }
.sources { font-size: .82rem; color: var(--soft); }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .8rem; border-bottom: 1px solid var(--line); }
th, td { padding: .34rem .8rem .34rem 0; vertical-align: top; }
tr { break-inside: avoid; }
tbody tr + tr td { border-top: 1px solid var(--line); }
td.name { width: 13.5rem; font-weight: 600; overflow-wrap: anywhere; }
td.what { width: 45%; }
td.who { color: var(--soft); font-size: .85rem; }
.condition { display: block; color: var(--accent); font-size: .84rem; }
.chips { display: flex; flex-wrap: wrap; gap: .35rem; }
.chips span { border: 1px solid var(--line); border-radius: .4rem; padding: .02rem .5rem; background: var(--card); }
svg text { fill: var(--soft); font: 14px system-ui, "DejaVu Sans", sans-serif; }
svg .grid { stroke: var(--bar); } svg .curve { stroke: var(--accent); stroke-width: 2.5; fill: none; }
svg .area { fill: var(--accent-soft); }
footer { margin-top: 3.5rem; border-top: 1px solid var(--line); padding-top: 1rem; font-size: .85rem; color: var(--soft); }
@media (max-width: 44rem) {
  .risk { grid-template-columns: 1fr; } body { padding: 1.5rem 1rem; }
  svg { overflow: visible; } svg text { font-size: 32px; } svg .half { display: none; }
  td.name, td.what, td.who { display: block; width: auto; border: 0; padding: .1rem 0; } tbody tr + tr td.name { padding-top: .5rem; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; }
  @page { margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 9pt; line-height: 1.4; } h1 { font-size: 20pt; }
  h2 { margin: 1.4rem 0 .4rem; } h3 { margin: .9rem 0 .2rem; } h2, h3 { break-after: avoid; }
  table { font-size: 8.5pt; } th, td { padding: .1rem .6rem .1rem 0; } td.who, .sources, .digest { font-size: 7.5pt; }
  .figures { margin: .8rem 0; } .card { padding: .5rem .8rem; } .figure b { font-size: 16pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
