/** Where Falco's files are: nobody but root reads which pod is watched, nor changes what is run. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PrivateDirectory {
  readonly configurationFile: string;
  readonly rulesFile: string;
  write(texts: { readonly configuration: string; readonly rules: string }): void;
  remove(): void;
}

/**
 * `<root>/<podUid>`. What a predecessor that was killed left there is replaced.
 * @param podUid a UUID, checked by the configuration
 */
export function createPrivateDirectory(root: string, podUid: string): PrivateDirectory {
  const directory = join(root, podUid);
  const [configurationFile, rulesFile] = [join(directory, 'falco.yaml'), join(directory, 'rules.yaml')];
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  return {
    configurationFile,
    rulesFile,
    write: ({ configuration, rules }) => {
      remove();
      mkdirSync(root, { recursive: true, mode: 0o700 });
      mkdirSync(directory, { mode: 0o700 });
      writeFileSync(rulesFile, rules, { mode: 0o600, flag: 'wx' });
      writeFileSync(configurationFile, configuration, { mode: 0o600, flag: 'wx' });
    },
    remove,
  };
}

const POD_UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** UIDs of the pods that have a directory below the root. */
export function listPrivateDirectories(root: string): string[] {
  try {
    return readdirSync(root).filter((name) => POD_UID.test(name));
  } catch {
    // Nobody has had a Falco on this node.
    return [];
  }
}
