/** A program of many calls, and what `flak verify` says of its profile without one of them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyReport } from '../../../cli/verify/report.ts';
import type { FlakProfile } from '../../../profile/flak-format.ts';
import { readProfile, runFlak } from './flak.ts';

/** Calls what little else does, and minds what each answers. */
const PROGRAM = `
import os, select, signal, socket, tempfile
os.chdir(tempfile.mkdtemp(dir='.'))
os.mkfifo('fifo'); os.unlink('fifo'); os.mkdir('d'); os.rmdir('d'); os.symlink('a', 'b'); os.unlink('b')
os.umask(0o22); os.getpgid(0); os.getpriority(0, 0); os.sched_yield(); os.sync()
here, there = socket.socketpair(); here.send(b'x'); there.recv(1); here.shutdown(2)
poll = select.epoll(); poll.register(there); poll.poll(0); select.select([], [], [], 0)
signal.setitimer(signal.ITIMER_REAL, 0); os.times(); os.uname(); os.getgroups(); os.pipe(); os.dup(0)
open('f', 'w').close(); os.truncate('f', 1); os.chmod('f', 0o600); os.rename('f', 'g'); os.unlink('g'); os.getcwd()
`;

/** The program as `recordProgram` has written it, to be run in its folder. */
export const COMMAND: readonly string[] = ['/usr/bin/python3', 'program.py'];

/** @param cwd where the profile is afterwards, too */
export async function recordProgram(cwd: string): Promise<void> {
  writeFileSync(join(cwd, 'program.py'), PROGRAM);
  const { code, notes } = await runFlak(['record', '--', ...COMMAND], { cwd });
  assert.equal(code, 0, notes);
}

/** Takes so many calls out of the profile, each at a time and at random, and sees each reported, and named as tolerated where it is. */
export async function verifyWithout(count: number, cwd: string): Promise<void> {
  const whole = readProfile(cwd);
  const declared = new Set(whole.groups.flatMap(({ calls }) => calls.map(({ name }) => name)));
  const own = whole.calls.filter(({ origins, errno }) => errno === undefined && origins.includes('startup'));
  const candidates = own.map(({ name }) => name).filter((name) => !declared.has(name));
  assert.ok(candidates.length >= 20, candidates.join());
  for (const name of sample(candidates, count)) {
    writeFileSync(join(cwd, 'less.json'), JSON.stringify(without(whole, name)));
    const { code, out, notes } = await runFlak(['verify', 'less.json', '-o', 'json', '--', ...COMMAND], { cwd });
    assert.equal(code, 1, `${name}: ${notes}`);
    const report = JSON.parse(out) as VerifyReport;
    assert.ok(report.findings.map((finding) => finding.name).includes(name), `${name}: ${notes}`);
    assert.equal(report.tolerated, report.loggedCode === report.enforcedCode);
    assert.equal(report.loggedCode, 0, `${name}: the first run must not notice`);
  }
}

/** Without repetition. */
function sample(names: readonly string[], count: number): string[] {
  const left = [...names];
  return Array.from({ length: count }, () => left.splice(Math.floor(Math.random() * left.length), 1)[0] ?? '');
}

function without(profile: FlakProfile, name: string): FlakProfile {
  const syscalls = profile.seccomp.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((other) => other !== name),
  }));
  return { ...profile, seccomp: { ...profile.seccomp, syscalls: syscalls.filter(({ names }) => names.length > 0) } };
}
