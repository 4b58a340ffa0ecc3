/** The command line: which commands there are. */
import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import type { ExplainDeps } from './commands/explain.ts';
import { addFilesGet } from './commands/files-get.ts';
import type { FilesGetDeps } from './commands/files-get.ts';
import { addFilesList } from './commands/files-list.ts';
import { addInject } from './commands/inject.ts';
import type { InjectDeps } from './commands/inject.ts';
import { addInstall } from './commands/install.ts';
import type { InstallDeps } from './commands/install.ts';
import { addMerge } from './commands/merge.ts';
import type { MergeDeps } from './commands/merge.ts';
import { addProfileGet } from './commands/profile-get.ts';
import type { ProfileGetDeps } from './commands/profile-get.ts';
import { addProfileList } from './commands/profile-list.ts';
import { addSnapshot } from './commands/snapshot.ts';
import type { SnapshotDeps } from './commands/snapshot.ts';
import { addTraceList } from './commands/trace-list.ts';
import { addTraceStart } from './commands/trace-start.ts';
import { addTraceStop } from './commands/trace-stop.ts';
import { addTraceWatch } from './commands/trace-watch.ts';
import { addUninstall } from './commands/uninstall.ts';
import type { UninstallDeps } from './commands/uninstall.ts';
import type { DoctorDeps } from './doctor/doctor.ts';
import type { AddCommand, Ended } from './registration.ts';
import { EXIT_CODES_TEXT } from './registration.ts';
import { VERSION } from './version.ts';

/** The ports of all commands together; each command asks for its own. */
export type ProgramDeps = UninstallDeps &
  InjectDeps &
  ProfileGetDeps &
  MergeDeps &
  ExplainDeps &
  SnapshotDeps &
  InstallDeps &
  FilesGetDeps &
  DoctorDeps;

/** `flak <command>`, in the order of the help. */
const COMMANDS: readonly AddCommand<ProgramDeps>[] = [
  addSnapshot,
  addDiff,
  addMerge,
  addCheck,
  addExplain,
  addInject,
  addInstall,
  addUninstall,
  addDoctor,
];

/** `flak <group> <command>`. */
const GROUPS: readonly (readonly [name: string, description: string, commands: readonly AddCommand<ProgramDeps>[]])[] =
  [
    ['profile', 'what is stored of a workload', [addProfileGet, addProfileList]],
    ['trace', 'what is being recorded', [addTraceStart, addTraceStop, addTraceList, addTraceWatch]],
    ['files', 'what pods did with files, line by line', [addFilesGet, addFilesList]],
  ];

/** Loaded apart from these commands (local-commands.ts), even where it is about a cluster. */
const LOCAL_TEXT = `
On this machine, without a cluster:
  record [options] -- CMD…         record a command, or what runs already
  verify PROFILE -- CMD…           whether a command can live with a profile

In a cluster:
  verify [options] deploy/web      whether a workload can live with its profile, by canaries
`;

/** @param ended is told how the command that ran came out. */
export function createProgram(deps: ProgramDeps, ended: Ended): Command {
  const program = new Command('flak')
    .description('Least-privilege profiles of Kubernetes workloads, recorded from what they really do.')
    .version(VERSION)
    .showHelpAfterError('(flak --help shows how it is used)')
    // What stands behind `--` is a command line of its own (flak record -- CMD --with its options).
    .enablePositionalOptions()
    .addHelpText('after', LOCAL_TEXT + EXIT_CODES_TEXT);
  for (const [name, description, commands] of GROUPS) {
    const group = program.command(name).description(description);
    for (const add of commands) add(group, deps, ended);
  }
  for (const add of COMMANDS) add(program, deps, ended);
  return program;
}
