/** The first sights over the recorded time, drawn: a curve that has long been flat is the reason to trust a profile. */
import type { Evidence } from '../explain.ts';
import type { Markup } from './markup.ts';
import { markup } from './markup.ts';

const SIZE = { width: 960, height: 220, left: 44, right: 14, top: 14, bottom: 34 } as const;

/** Nothing where no first sight is known. */
export function drawCurve(curve: Evidence['curve']): Markup | '' {
  const last = curve.at(-1);
  if (!last) return '';
  const x = (share: number): number => SIZE.left + share * (SIZE.width - SIZE.left - SIZE.right);
  const y = (calls: number): number =>
    SIZE.height - SIZE.bottom - (calls / last.calls) * (SIZE.height - SIZE.top - SIZE.bottom);
  const floor = SIZE.height - SIZE.bottom;
  // A step at each first sight, then flat to the end.
  const steps = curve.map(({ share, calls }) => `H${x(share).toFixed(1)} V${y(calls).toFixed(1)}`).join(' ');
  const line = `M${x(0)} ${floor} ${steps} H${x(1)}`;
  const half = x(0.5);
  return markup`<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="First sights over the recorded time">
    <line class="grid" x1="${SIZE.left}" y1="${floor}" x2="${x(1)}" y2="${floor}" />
    <path class="area" d="${line} V${floor} Z" />
    <line class="grid" x1="${half}" y1="${SIZE.top}" x2="${half}" y2="${floor}" stroke-dasharray="4 4" />
    <path class="curve" d="${line}" />
    <text x="${SIZE.left - 8}" y="${y(last.calls) + 4}" text-anchor="end">${last.calls}</text>
    <text x="${SIZE.left - 8}" y="${floor + 4}" text-anchor="end">0</text>
    <text x="${SIZE.left}" y="${SIZE.height - 10}">recording began</text>
    <text class="half" x="${half}" y="${SIZE.height - 10}" text-anchor="middle">half of the recorded time</text>
    <text x="${x(1)}" y="${SIZE.height - 10}" text-anchor="end">end</text>
  </svg>`;
}
