/** The bench's words. */
import type { Spread } from './statistics.ts';
import type { Figure, Verdict } from './verdicts.ts';

const NAME_WIDTH = 30;
const CELL_WIDTH = 26;

/** One row per contestant, one column per measure: minimum; median (quartiles) of the rounds' medians; ns per call. */
export function tableOf(figures: readonly Figure[]): string[] {
  const measures = [...new Set(figures.map(({ measure }) => measure))];
  const contestants = [...new Set(figures.map(({ contestant }) => contestant))];
  const cell = (contestant: string, measure: string): string => {
    const figure = figures.find((one) => one.contestant === contestant && one.measure === measure);
    if (figure === undefined) return '';
    const { ns, minNs } = figure;
    return `${minNs.toFixed(0)}; ${ns.median.toFixed(0)} (${ns.p25.toFixed(0)}–${ns.p75.toFixed(0)})`;
  };
  const row = (name: string, cells: readonly string[]): string =>
    [name.padEnd(NAME_WIDTH), ...cells.map((text) => text.padEnd(CELL_WIDTH))].join('').trimEnd();
  return [
    row('ns per call', measures),
    ...contestants.map((contestant) =>
      row(
        contestant,
        measures.map((measure) => cell(contestant, measure)),
      ),
    ),
  ];
}

const MARKS = { true: '✓', false: '✗', null: ' ' } as const;

function words({ median, p25, p75 }: Spread): string {
  return `${median.toFixed(3)}× (${p25.toFixed(3)}–${p75.toFixed(3)})`;
}

export function lineOf({ promise, ratio, medianRatio, minRatio, limit, kept }: Verdict): string {
  const asked = limit === null ? '' : `, asked ≤ ${limit.toFixed(2)}×`;
  const others = `rounds' medians ${words(medianRatio)}, minima ${minRatio.toFixed(3)}×`;
  return `${MARKS[`${kept}`]} ${promise}: ${words(ratio)}${asked}; ${others}`;
}
