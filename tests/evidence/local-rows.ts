/** Promises about local mode (B8), verification by replay (B2) and profiles on other runtimes. Real programs: `npm run test:soak -- tests/soak/programs.test.ts`. */
import type { EvidenceRow } from './row.ts';
import { rowsOf } from './row.ts';

export const LOCAL_ROWS: readonly EvidenceRow[] = [
  ...rowsOf('integration/local/record', [
    [
      'record: output and exit code are the command’s own, the profile is of nothing else',
      'passes on output and exit code, and writes a profile of the command alone',
    ],
    ['record: signals are forwarded', 'forwards a signal that a service manager sends'],
    [
      'record: Ctrl-C still writes the profile',
      'lets Ctrl-C reach the command once, and writes the profile all the same',
    ],
    [
      'record: as the given user',
      'runs the command as who called sudo, or as who is named, and gives the file to who called',
    ],
    [
      'record --pid: what runs already',
      'records a process that runs already, and its children, and leaves them where they were',
    ],
  ]),
  ...rowsOf('soak/removed-calls', [
    [
      'verify: each of 20 removed calls is reported, or named as tolerated',
      'finds every one that was taken out of the profile, and tells which the program tolerates',
    ],
  ]),
  ...rowsOf('integration/local/verify', [
    ['verify: the level is earned by replay', 'earns the level verified, and writes it only when asked to'],
    ['verify: values that no rule allows', 'finds a value that no rule allows'],
    [
      'verify: findings become proposals, never silent ones',
      'proposes what it found, and nothing more, in a file of its own',
    ],
  ]),
  ...rowsOf('integration/runtime-profiles/served', [
    [
      'profiles work on runc and crun: three servers, with and without allowPrivilegeEscalation, root and not',
      'starts and serves under its profile, with and without allowPrivilegeEscalation, as root and not',
    ],
    [
      'profiles on runc and crun hold no more than is needed: with one call less the server fails',
      'doesn’t start or doesn’t serve once a call that it needs is taken out of the profile',
    ],
  ]),
];
