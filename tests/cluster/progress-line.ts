/** Seconds with one decimal below a minute, `1m 05s` above. */
export function formatElapsed(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
}

/** One line for a terminal that shows all steps under way, cut to its width so that it never wraps. */
export function liveLine(
  steps: readonly { readonly title: string; readonly detail: string; readonly elapsedMs: number }[],
  columns: number,
): string {
  const line = steps
    .map(({ title, detail, elapsedMs }) => `${title} ${formatElapsed(elapsedMs)}${detail === '' ? '' : ` (${detail})`}`)
    .join(' · ');
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}
