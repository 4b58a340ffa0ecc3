#!/usr/bin/env node
/** `flak`, also installed as `kubectl-flak`. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBy, findKubeconfigBy } from './connection.ts';
import { openFilesBy } from './files-store/open-store.ts';
import { saveFolder } from './files-store/save-folder.ts';
import { addToFolder, readTextFrom, writeFolder, writeWholeFile } from './files.ts';
import { runCli } from './run.ts';
import { createTerminal } from './terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(process.stdout, process.stderr, process.env),
  connect: connectBy(process.env, homedir(), existsSync),
  openFiles: openFilesBy(findKubeconfigBy(process.env, homedir(), existsSync)),
  saveFolder,
  readText: readTextFrom(process.stdin),
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === false,
  writeFile: writeWholeFile,
  writeFolder,
  addToFolder,
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  runProgram: ([program = '', ...args]) =>
    new Promise((resolve) => {
      // Its words are no result of ours: both streams go to stderr.
      const child = spawn(program, args, { stdio: ['inherit', process.stderr, process.stderr] });
      child.once('error', () => {
        resolve(null);
      });
      child.once('exit', (code) => {
        resolve(code ?? 1);
      });
    }),
  // Loaded for this command alone: a machine without libbpf has the others.
  checkHere: async () => (await import('../tracer/check/check-here.ts')).checkHere(),
  now: () => performance.now(),
  sleep: (ms) => sleep(ms),
});
