/** One other kernel in every run; the rest are in tests/soak/kernels.test.ts. */
import { testKernel } from '../../kernels/kernel-tests.ts';

testKernel('Linux 6.1, cgroup v2 alone', { name: 'bookworm', hasSecurity: true });
