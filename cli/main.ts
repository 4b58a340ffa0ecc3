#!/usr/bin/env node
/** `flak`, also installed as `kubectl-flak`. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBy } from './connection.ts';
import { addToFolder, readTextFrom, writeFolder, writeWholeFile } from './files.ts';
import { runCli } from './run.ts';
import { createTerminal } from './terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(process.stdout, process.stderr, process.env),
  connect: connectBy(process.env, homedir(), existsSync),
  readText: readTextFrom(process.stdin),
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === false,
  writeFile: writeWholeFile,
  writeFolder,
  addToFolder,
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  now: () => performance.now(),
  sleep: (ms) => sleep(ms),
});
