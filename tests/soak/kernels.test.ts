/** The kernels that `npm test` doesn't boot, and what a node is told that can't have a ledger. */
import assert from 'node:assert/strict';
import { bootSuite, testKernel } from '../kernels/kernel-tests.ts';

const BOOKWORM = { name: 'bookworm', hasSecurity: true };
const NEWEST = { name: 'sid', hasSecurity: false };

testKernel('Linux 5.10, which has no task storage', { name: 'bullseye', hasSecurity: true });
testKernel('Linux 6.1 that preempts everywhere', BOOKWORM, ['preempt=full']);
testKernel('Linux 6.12', { name: 'trixie', hasSecurity: true });
// These preempt tasks while they are in a program, and then leave it out for others: docs/ledger.md.
testKernel('the newest Linux that Debian has', NEWEST, [], 'what it counts');
testKernel('the newest Linux, preempting everywhere', NEWEST, ['preempt=full'], 'what it counts');

describe('a node that can’t have a ledger', () => {
  it('refuses with lockdown-confidentiality where the kernel is locked down', async function () {
    const { told } = await bootSuite(this, BOOKWORM, ['lockdown=confidentiality']);
    assert.equal(told.kind === 'refused' ? told.refusal : told.kind, 'lockdown-confidentiality');
  });

  it('refuses with cgroup-v1 where there is no unified hierarchy', async function () {
    const { told } = await bootSuite(this, BOOKWORM, ['flak.cgroup=v1']);
    assert.equal(told.kind === 'refused' ? told.refusal : told.kind, 'cgroup-v1');
  });
});
