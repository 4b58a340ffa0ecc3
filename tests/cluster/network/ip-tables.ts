import { runCommand, tryCommand } from '../run-command.ts';
import { emptyTables, removalOf, tableNames } from './ip-tables-removal.ts';

export type Family = 'v4' | 'v6';
const COMMANDS = { v4: 'iptables', v6: 'ip6tables' } as const;
const NFT_FAMILIES = { v4: 'ip', v6: 'ip6' } as const;

/** Names of the tables that exist, empty ones included. */
export async function ipTables(family: Family): Promise<string[]> {
  return tableNames((await tryCommand([`${COMMANDS[family]}-save`])) ?? '');
}

/** Removes Kubernetes' chains and rules from all tables; tables that weren't there `before` and hold nothing, too. */
export async function removeKubernetesRules(family: Family, before: readonly string[]): Promise<void> {
  const command = COMMANDS[family];
  const rules = await tryCommand([`${command}-save`]);
  if (rules === undefined) return; // no iptables: nothing was ever added
  const removal = removalOf(rules);
  if (removal !== '') await runCommand([`${command}-restore`, '--noflush'], { input: removal });
  for (const table of emptyTables((await tryCommand([`${command}-save`])) ?? '')) {
    // iptables can't delete a table. Where it stands on the old kernel interface nft knows none, which is no failure.
    if (!before.includes(table)) await tryCommand(['nft', 'delete', 'table', NFT_FAMILIES[family], table]);
  }
}
