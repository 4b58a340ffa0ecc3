/** Programs that keep what they are told, under load. */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { waitUntil } from '../../cluster/wait-until.ts';
import type { Program } from './program.ts';
import { client, clientOnceServed } from './program.ts';

const PORTS = { redis: 27_379, memcached: 27_211, postgres: 27_432, mariadb: 27_306 } as const;

/** The only version that Debian has. */
function postgresProgram(name: string): string {
  const root = '/usr/lib/postgresql';
  const [version = ''] = existsSync(root) ? readdirSync(root) : [];
  return join(root, version, 'bin', name);
}

function idOf(user: string): number {
  return Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
}

function giveTo(user: string, folder: string): void {
  chownSync(folder, idOf(user), Number(execFileSync('id', ['-g', user], { encoding: 'utf8' })));
}

/** The text protocol: what is set can be got again. */
async function askMemcached(): Promise<void> {
  const socket = connect(PORTS.memcached, '127.0.0.1');
  for (let n = 0; n < 200; n++) socket.write(`set k${n} 0 0 5\r\nvalue\r\nget k${n}\r\n`);
  socket.end('stats\r\nquit\r\n');
  const answer = await text(socket);
  if (answer.split('STORED\r\n').length !== 201) throw new Error(`memcached answers ${answer.slice(0, 200)}`);
}

export const STORES: readonly Program[] = [
  {
    name: 'redis',
    packages: ['redis-server', 'redis-tools'],
    // A folder of its own each time: what it saved would be loaded again.
    command: (folder) => [
      'sh',
      '-c',
      `exec redis-server --port ${PORTS.redis} --dir $(mktemp -d -p ${folder}) --appendonly yes --loglevel warning`,
    ],
    load: {
      port: PORTS.redis,
      run: async () => {
        await client('redis-benchmark', '-p', `${PORTS.redis}`, '-q', '-n', '2000', '-c', '20');
        await client('redis-cli', '-p', `${PORTS.redis}`, 'bgsave');
        // A save that the end of the server cuts off is killed by it; one that has just ended isn't.
        const isSaved = async (): Promise<boolean> =>
          (await client('redis-cli', '-p', `${PORTS.redis}`, 'info', 'persistence')).includes(
            'rdb_bgsave_in_progress:0',
          );
        await waitUntil('redis has saved', isSaved, { limitMs: 60_000 });
      },
    },
  },
  {
    name: 'memcached',
    packages: ['memcached'],
    command: () => ['memcached', '-u', 'nobody', '-l', '127.0.0.1', '-p', `${PORTS.memcached}`],
    load: { port: PORTS.memcached, run: askMemcached },
  },
  {
    name: 'postgres',
    packages: ['postgresql', 'postgresql-contrib'],
    user: 'postgres',
    prepare: (folder) => {
      giveTo('postgres', folder);
      const initdb = [postgresProgram('initdb'), '-D', join(folder, 'db'), '-A', 'trust'];
      execFileSync('setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', ...initdb], {
        stdio: 'ignore',
      });
    },
    command: (folder) => [
      postgresProgram('postgres'),
      '-D',
      join(folder, 'db'),
      '-p',
      `${PORTS.postgres}`,
      '-k',
      folder,
    ],
    load: {
      port: PORTS.postgres,
      run: async (folder) => {
        const at = ['-h', folder, '-p', `${PORTS.postgres}`];
        await clientOnceServed(postgresProgram('pg_isready'), '-q', ...at); // it listens while it still starts up
        const to = [...at, '-U', 'postgres', 'postgres'];
        await client(postgresProgram('pgbench'), '-i', '-q', ...to);
        await client(postgresProgram('pgbench'), '-c', '4', '-j', '2', '-t', '100', ...to);
        const psql = [...at, '-U', 'postgres', '-d', 'postgres'];
        await client(
          postgresProgram('psql'),
          ...psql,
          '-c',
          'vacuum analyze',
          '-c',
          'select count(*) from pgbench_accounts',
        );
      },
    },
  },
  {
    name: 'mariadb',
    partial: 'io-uring',
    packages: ['mariadb-server', 'mariadb-client'],
    user: 'mysql',
    prepare: (folder) => {
      mkdirSync(join(folder, 'db'));
      giveTo('mysql', folder);
      execFileSync(
        'mariadb-install-db',
        [
          '--no-defaults',
          '--user=mysql',
          `--datadir=${join(folder, 'db')}`,
          '--auth-root-authentication-method=normal',
        ],
        { stdio: 'ignore' },
      );
    },
    command: (folder) => [
      'mariadbd',
      '--no-defaults',
      `--datadir=${join(folder, 'db')}`,
      `--socket=${join(folder, 's')}`,
      `--port=${PORTS.mariadb}`,
      '--bind-address=127.0.0.1',
    ],
    load: {
      port: PORTS.mariadb,
      run: async (folder) => {
        await client(
          'mariadb-slap',
          '--no-defaults',
          '-u',
          'root',
          `--socket=${join(folder, 's')}`,
          '--auto-generate-sql',
          '--concurrency=5',
          '--number-of-queries=500',
        );
      },
    },
  },
];
