/** Programs that answer over the network, under load. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Program } from './program.ts';
import { client } from './program.ts';

const PORTS = { nginx: 27_080, haproxy: 27_081, backend: 27_082, apache: 27_083, ssh: 27_022 } as const;

const NGINX = (folder: string): string => `
worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log; user www-data;
events { worker_connections 256; }
http { access_log ${folder}/access.log; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${PORTS.nginx}; root ${folder}/www; } }
`;
const HAPROXY = `
global
  nbthread 2
defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend in
  bind 127.0.0.1:${PORTS.haproxy}
  default_backend out
backend out
  server one 127.0.0.1:${PORTS.backend}
`;
const APACHE = (folder: string): string => `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
Listen 127.0.0.1:${PORTS.apache}
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DocumentRoot ${folder}/www
`;
const SSHD = (folder: string): string => `
Port ${PORTS.ssh}
ListenAddress 127.0.0.1
HostKey ${folder}/host
PidFile none
AuthorizedKeysFile ${folder}/key.pub
StrictModes no
UsePAM no
PermitRootLogin yes
`;

function site(folder: string): void {
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www/index.html'), 'hello\n'.repeat(1000));
}

async function load(port: number): Promise<void> {
  const answer = await client('ab', '-q', '-n', '1000', '-c', '10', `http://127.0.0.1:${port}/`);
  if (!/Failed requests: +0\b/.test(answer)) throw new Error(answer);
  await client('curl', '-s', `http://127.0.0.1:${port}/no-such-page`);
}

/** haproxy asks it what it is asked itself. */
async function withBackend(work: () => Promise<void>): Promise<void> {
  const server = createServer((_, response) => response.end('hello'));
  await new Promise<void>((resolve) => {
    server.listen(PORTS.backend, '127.0.0.1', resolve);
  });
  try {
    await work();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const SERVERS: readonly Program[] = [
  {
    name: 'nginx',
    packages: ['nginx-light', 'apache2-utils', 'curl'],
    prepare: (folder) => {
      site(folder);
      writeFileSync(join(folder, 'nginx.conf'), NGINX(folder));
    },
    command: (folder) => ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'],
    load: { port: PORTS.nginx, run: () => load(PORTS.nginx) },
  },
  {
    name: 'haproxy',
    packages: ['haproxy', 'apache2-utils', 'curl'],
    prepare: (folder) => {
      writeFileSync(join(folder, 'haproxy.cfg'), HAPROXY);
    },
    command: (folder) => ['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')],
    load: { port: PORTS.haproxy, run: () => withBackend(() => load(PORTS.haproxy)) },
  },
  {
    name: 'apache2',
    packages: ['apache2', 'apache2-utils', 'curl'],
    prepare: (folder) => {
      site(folder);
      writeFileSync(join(folder, 'apache.conf'), APACHE(folder));
    },
    command: (folder) => ['apache2', '-f', join(folder, 'apache.conf'), '-DFOREGROUND'],
    load: { port: PORTS.apache, run: () => load(PORTS.apache) },
  },
  {
    name: 'sshd',
    packages: ['openssh-server', 'openssh-client'],
    prepare: (folder) => {
      mkdirSync('/run/sshd', { recursive: true });
      for (const name of ['host', 'key'])
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
      writeFileSync(join(folder, 'sshd.conf'), SSHD(folder));
    },
    command: (folder) => ['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd.conf')],
    load: {
      port: PORTS.ssh,
      run: async (folder) => {
        const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap(
          (option) => ['-o', option],
        );
        const answer = await client(
          'ssh',
          ...options,
          '-p',
          `${PORTS.ssh}`,
          '-i',
          join(folder, 'key'),
          'root@127.0.0.1',
          'id -u; ls / > /dev/null',
        );
        if (answer !== '0\n') throw new Error(`logged in as ${answer}`);
      },
    },
  },
];
