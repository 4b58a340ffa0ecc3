import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
/** Files that decide: no I/O, no clock, no Kubernetes client. tests/coverage.ts holds them to a floor of their own. */
import PURE from './tests/pure-files.json' with { type: 'json' };

export default tseslint.config(
  { ignores: ['node_modules', 'coverage', '.out', 'dist', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }],
      'no-console': 'error',
    },
  },
  {
    files: PURE,
    ignores: ['profile/syscalls/generate*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*', '@kubernetes/*', 'express', 'pino'], message: 'This file decides; it does no I/O.' },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take the time as an argument.' },
      ],
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-floating-promises': 'error' },
  },
  { files: ['cli/**/*.ts', 'tests/**/*.ts'], rules: { 'no-console': 'off' } },
  prettier,
);
