import { runCommand, tryCommand } from '../run-command.ts';
import { removalOf } from './ip-tables-removal.ts';

export type Family = 'v4' | 'v6';
const COMMANDS = { v4: 'iptables', v6: 'ip6tables' } as const;

/** Names of the tables that exist, empty ones included. */
export async function ipTables(family: Family): Promise<string[]> {
  const rules = (await tryCommand([`${COMMANDS[family]}-save`])) ?? '';
  return [...rules.matchAll(/^\*(\S+)/gm)].map(([, table = '']) => table);
}

/** Removes Kubernetes' chains and rules from all tables; tables that weren't there `before` and hold nothing, too. */
export async function removeKubernetesRules(family: Family, before: readonly string[]): Promise<void> {
  const command = COMMANDS[family];
  const rules = await tryCommand([`${command}-save`]);
  if (rules === undefined) return; // no iptables: nothing was ever added
  const removal = removalOf(rules);
  if (removal !== '') await runCommand([`${command}-restore`, '--noflush'], { input: removal });
  for (const table of await ipTables(family)) {
    // iptables-nft deletes built-in chains that are empty; one that has rules stays, which is no failure.
    if (!before.includes(table)) await tryCommand([command, '--table', table, '--delete-chain']);
  }
}
