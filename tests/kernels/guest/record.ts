/** Runs in a guest: opens the ledger as the tracer does, lets the test program live, prints a GuestResult. */
import { mkdirSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../../tracer/ledger/ledger.ts';
import { record } from './live.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';

const pod = join(CGROUP_ROOT, 'pod');
mkdirSync(pod);
mkdirSync('/run/flak', { recursive: true });
const opened = openLedger({
  pinRoot: '/sys/fs/bpf/flak',
  lockFile: '/run/flak/ledger.lock',
  objectFile: '/flak/tracer/ledger/ledger.bpf.o',
  cgroupRoot: CGROUP_ROOT,
});
const result =
  opened.kind === 'refused'
    ? { ...opened, release: release() }
    : await record(opened.ledger, { pod, program: '/flak/calls', folder: '/run' });
console.log(JSON.stringify(result));
