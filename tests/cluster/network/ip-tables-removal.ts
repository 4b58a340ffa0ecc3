/** Chains that kubelet and kube-proxy make. */
const KUBERNETES_CHAIN = /^KUBE-/;

/**
 * From the output of iptables-save: the input for `iptables-restore --noflush` that removes every Kubernetes chain
 * and every rule that jumps to one, and nothing else. Empty when there is nothing to remove.
 */
export function removalOf(saved: string): string {
  return splitTables(saved)
    .map(({ name, lines }) => tableRemoval(name, lines))
    .filter((text) => text !== '')
    .join('');
}

/** Tables in the output of iptables-save. */
export function tableNames(saved: string): string[] {
  return splitTables(saved).map(({ name }) => name);
}

/** Those that hold no rule and no chain but the built-in ones, whose policy is to accept. */
export function emptyTables(saved: string): string[] {
  const isEmpty = (lines: readonly string[]): boolean =>
    lines.every((line) => /^(?:#.*|COMMIT|:[A-Z]+ ACCEPT .*)?$/.test(line));
  return splitTables(saved)
    .filter(({ lines }) => isEmpty(lines))
    .map(({ name }) => name);
}

function splitTables(saved: string): { name: string; lines: string[] }[] {
  const tables: { name: string; lines: string[] }[] = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) tables.push({ name: line.slice(1).trim(), lines: [] });
    else tables.at(-1)?.lines.push(line);
  }
  return tables;
}

function tableRemoval(table: string, lines: readonly string[]): string {
  const chains = lines.map((line) => /^:(\S+)/.exec(line)?.[1] ?? '').filter((chain) => KUBERNETES_CHAIN.test(chain));
  if (chains.length === 0) return '';
  const jumps = lines.filter((line) => isForeignJump(line, chains)).map((line) => line.replace(/^-A /, '-D '));
  const declared = chains.map((chain) => `:${chain} - [0:0]`); // declaring an existing chain flushes it
  const deleted = chains.map((chain) => `-X ${chain}`);
  return [`*${table}`, ...declared, ...jumps, ...deleted, 'COMMIT', ''].join('\n');
}

function isForeignJump(line: string, chains: readonly string[]): boolean {
  const [, from, to] = /^-A (\S+) .*-[jg] (\S+)/.exec(line) ?? [];
  return from !== undefined && to !== undefined && !chains.includes(from) && chains.includes(to);
}
