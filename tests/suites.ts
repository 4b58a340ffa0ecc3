/** The suites of `npm test`, in the order they run. */

export interface Step {
  readonly title: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** True when the command is mocha with tests/reporter.ts; else it counts as one check. */
  readonly isMocha: boolean;
  /** Several times what it takes on two busy cores: who reaches it hangs. The sum of what they take has to stay below CI's 90 minutes. */
  readonly limitMinutes: number;
  /** Takes away what others have left: is run even when there is no time left. */
  readonly tidies?: true;
}

export interface Suite {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Coverage of unit and integration tests together; processes that the tests start write theirs here too. */
const COVERAGE = { NODE_V8_COVERAGE: 'coverage/raw' };

function check(title: string, limitMinutes: number, ...command: string[]): Step {
  return { title, command, limitMinutes, isMocha: false };
}

/** Mocha's options for every run: TypeScript as it is, our reporter, no `.only` left behind, and an end even where a failed test left something running. */
export function mochaOptions(timeoutMs: number): string[] {
  return [
    '--extension',
    'ts',
    '--reporter',
    'tests/reporter.ts',
    '--timeout',
    String(timeoutMs),
    '--forbid-only',
    '--exit',
  ];
}

function mocha(
  title: string,
  glob: string,
  limitMinutes: number,
  timeoutMs: number,
  environment: Readonly<Record<string, string>> = {},
): Step {
  return { title, command: ['mocha', ...mochaOptions(timeoutMs), glob], environment, limitMinutes, isMocha: true };
}

export const SUITES: readonly Suite[] = [
  {
    name: 'lint',
    steps: [
      check('types', 10, 'tsc', '-p', '.'),
      check('eslint', 15, 'eslint', '--max-warnings=0', '.'),
      check('format', 10, 'prettier', '--check', '--log-level=warn', '.'),
      check('dead code', 10, 'knip', '--no-progress'),
    ],
  },
  {
    name: 'unit',
    steps: [
      check('forget earlier coverage', 1, 'rm', '-rf', 'coverage'),
      mocha('decisions, parsers, algebra', 'tests/unit/**/*.test.ts', 15, 30_000, COVERAGE),
    ],
  },
  {
    name: 'integration',
    steps: [
      check('Debian packages, Kubernetes binaries, the ledger', 45, 'node', 'tests/prepare.ts'),
      mocha('a real API server, kernel and sockets', 'tests/integration/**/*.test.ts', 30, 400_000, COVERAGE),
    ],
  },
  {
    name: 'falco',
    steps: [mocha('a real Falco, where there is one', 'tests/falco/**/*.test.ts', 20, 180_000)],
  },
  { name: 'coverage', steps: [check('floors', 10, 'node', 'tests/coverage.ts')] },
  {
    name: 'e2e',
    steps: [
      check('the cluster', 20, 'node', 'tests/cluster/up.ts'),
      check('its images', 25, 'node', 'tests/cluster/images.ts'),
      mocha('a real cluster', 'tests/e2e/**/*.test.ts', 50, 600_000),
      { ...check('nothing of it is left', 10, 'node', 'tests/cluster/down.ts'), tidies: true },
    ],
  },
];
