/** The suites of `npm test`, in the order they run. */

export interface Step {
  readonly title: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** True when the command leaves counts by tests/reporter.ts; else it counts as one check. */
  readonly counts: boolean;
}

export interface Suite {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Coverage of unit and integration tests together; processes that the tests start write theirs here too. */
const COVERAGE = { NODE_V8_COVERAGE: 'coverage/raw' };

function check(title: string, ...command: string[]): Step {
  return { title, command, counts: false };
}

/** Mocha's options for every run: TypeScript as it is, our reporter, no `.only` left behind. */
export function mochaOptions(timeoutMs: number): string[] {
  return ['--extension', 'ts', '--reporter', 'tests/reporter.ts', '--timeout', String(timeoutMs), '--forbid-only'];
}

function mocha(
  title: string,
  glob: string,
  timeoutMs: number,
  environment: Readonly<Record<string, string>> = {},
): Step {
  return { title, command: ['mocha', ...mochaOptions(timeoutMs), glob], environment, counts: true };
}

export const SUITES: readonly Suite[] = [
  {
    name: 'lint',
    steps: [
      check('types', 'tsc', '-p', '.'),
      check('eslint', 'eslint', '--max-warnings=0', '.'),
      check('format', 'prettier', '--check', '--log-level=warn', '.'),
      check('dead code', 'knip', '--no-progress'),
    ],
  },
  {
    name: 'unit',
    steps: [
      check('forget earlier coverage', 'rm', '-rf', 'coverage'),
      mocha('decisions, parsers, algebra', 'tests/unit/**/*.test.ts', 30_000, COVERAGE),
    ],
  },
  {
    name: 'integration',
    steps: [
      check('Debian packages, Kubernetes binaries, the ledger', 'node', 'tests/prepare.ts'),
      mocha('a real API server, kernel and sockets', 'tests/integration/**/*.test.ts', 180_000, COVERAGE),
    ],
  },
  {
    name: 'falco',
    steps: [mocha('a real Falco, where there is one', 'tests/falco/**/*.test.ts', 180_000)],
  },
  { name: 'coverage', steps: [check('floors', 'node', 'tests/coverage.ts')] },
  {
    name: 'e2e',
    steps: [
      check('the cluster', 'node', 'tests/cluster/up.ts'),
      mocha('a real cluster', 'tests/e2e/**/*.test.ts', 600_000),
      check('nothing of it is left', 'node', 'tests/cluster/down.ts'),
    ],
  },
];
