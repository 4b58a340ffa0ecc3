/** Whom a recorded command runs as. */

export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  /** What a login as this user would set. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface AccountDeps {
  /** Who runs Flak. */
  readonly uid: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line of passwd(5) by name or number, or undefined: `getent passwd KEY`. */
  readonly passwd: (key: string) => string | undefined;
  /** All groups of a user by name: `id -G NAME`. */
  readonly groups: (name: string) => readonly number[];
}

export type AccountChoice =
  /** Null: whoever runs Flak, unchanged. */
  { readonly kind: 'ok'; readonly account: Account | null } | { readonly kind: 'unknown'; readonly wanted: string };

/**
 * @param wanted `NAME`, `UID` or `UID:GID`. Without it: who called sudo (SUDO_UID), so that files and rights are as without Flak.
 * A number that has no name needs its group.
 */
export function chooseAccount(wanted: string | undefined, deps: AccountDeps): AccountChoice {
  const { SUDO_UID, SUDO_GID } = deps.environment;
  const asked =
    wanted ?? (deps.uid === 0 && SUDO_UID !== undefined ? `${SUDO_UID}:${SUDO_GID ?? SUDO_UID}` : undefined);
  if (asked === undefined) return { kind: 'ok', account: null };
  const [, user = '', group] = /^([^:]+)(?::(\d+))?$/.exec(asked) ?? [];
  const gid = group === undefined ? undefined : Number(group);
  const line = user === '' ? undefined : deps.passwd(user);
  const entry = line === undefined ? undefined : parsePasswd(line);
  if (entry) return { kind: 'ok', account: accountOf(entry, gid, deps) };
  if (!/^\d+$/.test(user) || gid === undefined) return { kind: 'unknown', wanted: asked };
  return { kind: 'ok', account: { uid: Number(user), gid, groups: [gid], environment: {} } };
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** passwd(5): name:password:UID:GID:GECOS:directory:shell. */
function parsePasswd(line: string): PasswdEntry | undefined {
  const [, name, uid, gid, home] = /^([^:]+):[^:]*:(\d+):(\d+):[^:]*:([^:]*)/.exec(line) ?? [];
  if (name === undefined || home === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

function accountOf(entry: PasswdEntry, gid: number | undefined, deps: AccountDeps): Account {
  return {
    uid: entry.uid,
    gid: gid ?? entry.gid,
    groups: deps.groups(entry.name),
    environment: { HOME: entry.home, USER: entry.name, LOGNAME: entry.name },
  };
}
