/**
 * What the integration and end-to-end suites need on a bare Debian 12 machine: Debian packages (each named before it is
 * installed), the Kubernetes binaries (compiled once per machine) and the ledger's object. Prints what it does.
 */
import { runCommand } from './cluster/run-command.ts';
import { kubernetesBinaries } from './cluster/binaries/kubernetes.ts';
import { CLUSTER_PACKAGES, IMAGE_PACKAGES, installPackages } from './cluster/machine/debian-packages.ts';
import { missingPrerequisites } from './cluster/machine/prerequisites.ts';
import { readMachine } from './cluster/machine/read-machine.ts';
import { consoleProgress } from './cluster/progress.ts';
import { untilInterrupted } from './cluster/until-interrupted.ts';

/** To boot other kernels. */
const BOOT_PACKAGES = ['qemu-system-x86', 'busybox-static', 'debian-archive-keyring'];

/** To compile the ledger and the tests' own C programs, and to judge the ledger by other means. */
const TEST_PACKAGES = ['gcc', 'libc6-dev', 'clang', 'libbpf-dev', 'libbpf1', 'bpftool', 'bpftrace', 'strace', 'crun'];

/** To look at reports as a person does. */
const BROWSER_PACKAGES = ['chromium', 'fonts-dejavu-core'];

/** What tests record: programs that people run. */
const RECORDED_PACKAGES = ['python3', 'nginx', 'postgresql'];

await untilInterrupted(async (signal) => {
  const progress = consoleProgress(process.stdout);
  const missing = missingPrerequisites(await readMachine());
  if (missing.length > 0) throw new Error(missing.join('\n'));
  await installPackages(
    [
      ...CLUSTER_PACKAGES,
      ...IMAGE_PACKAGES,
      ...TEST_PACKAGES,
      ...BOOT_PACKAGES,
      ...RECORDED_PACKAGES,
      ...BROWSER_PACKAGES,
    ],
    progress,
    signal,
  );
  await progress.step('Compile the ledger', () => runCommand(['sh', 'tracer/ledger/build.sh'], { signal }));
  await progress.step('Compile the launcher', () => runCommand(['sh', 'tracer/local/build.sh'], { signal }));
  await kubernetesBinaries(progress, signal);
});
