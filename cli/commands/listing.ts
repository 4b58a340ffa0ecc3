/** The commands that list: the same options, table and JSON, for different objects. */
import type { Command } from 'commander';
import type { z } from 'zod';
import type { ResourceKind } from '../../webhook/kube/resource.ts';
import { listAs } from '../cluster.ts';
import type { Connect, PlaceOptions } from '../connection.ts';
import { connectTo } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, withConnection, withScope } from '../registration.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export interface ListDeps {
  readonly connect: Connect;
  readonly terminal: Terminal;
}

/** What is listed. */
export interface Listing<T> {
  /** What `-o json` calls the list (docs/cli.md), and a person. */
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly kind: ResourceKind;
  readonly schema: z.ZodType<T>;
  /** One object of `-o json`. */
  readonly entryOf: (object: T) => object;
  readonly headings: readonly string[];
  readonly rowOf: (object: T) => readonly string[];
}

interface ListOptions extends PlaceOptions {
  readonly allNamespaces?: boolean;
  readonly output?: 'json';
}

/** `list` below `parent`. */
export function addListing<T>(parent: Command, listing: Listing<T>, deps: ListDeps, ended: Ended): void {
  withScope(withConnection(parent.command('list')))
    .description(listing.description)
    .addHelpText('after', examples(...listing.examples))
    .action(async (options: ListOptions) => {
      ended(await list(listing, options, deps));
    });
}

async function list<T>(listing: Listing<T>, options: ListOptions, { connect, terminal }: ListDeps): Promise<Ending> {
  const connection = connectTo(options, connect);
  if (connection.kind !== 'ok') return connection;
  const { cluster, namespace } = connection.value;
  const scope = options.allNamespaces === true ? null : namespace;
  const listed = await listAs(cluster, listing.kind, scope, listing.schema, terminal.note);
  if (listed.kind !== 'ok') return listed;
  if (options.output === 'json') terminal.out(toJson({ [listing.name]: listed.value.map(listing.entryOf) }));
  else if (listed.value.length === 0)
    terminal.note(`no ${listing.name} ${scope === null ? 'in this cluster' : `in namespace ${scope}`} yet.`);
  else terminal.out(renderTable(listing.headings, listed.value.map(listing.rowOf), terminal.heading));
  return DONE;
}
