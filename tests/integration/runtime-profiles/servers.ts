/** Three servers of different making, for containers that have the machine's `/usr`, its network, and `/tmp` of their own. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askPages, askRedis } from './ask.ts';

export interface Server {
  readonly name: string;
  /** Debian packages that it comes in. */
  readonly packages: readonly string[];
  readonly port: number;
  readonly command: readonly string[];
  /** Asks for everything that it is meant to serve. @throws where it answers otherwise */
  readonly use: () => Promise<void>;
  /** What it says itself when a call is denied without which it doesn't start, or doesn't serve. */
  readonly complaints: Readonly<Record<string, RegExp>>;
}

const HOST = '127.0.0.1';
const PORTS = { nginx: 27_280, redis: 27_281, python: 27_282 } as const;

const NGINX = `
daemon off;
worker_processes 2;
pid /tmp/pid;
error_log stderr;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
  server { listen ${HOST}:${PORTS.nginx}; root /srv; }
}
`;

/** Python's own server, for a page that it has written first. */
export function pythonServer(host: string, port: number): string {
  return `
import functools, http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with open('/tmp/page', 'w') as page: page.write('served\\n')
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('${host}', ${port}), functools.partial(Handler, directory='/tmp')).serve_forever()
`;
}

export const SERVERS: readonly Server[] = [
  {
    name: 'nginx',
    packages: ['nginx-light'],
    port: PORTS.nginx,
    command: ['/usr/sbin/nginx', '-e', 'stderr', '-c', '/srv/nginx.conf'],
    use: () => askPages(HOST, PORTS.nginx),
    complaints: {
      bind: /bind\(\) to 127\.0\.0\.1:\d+ failed \(1: Operation not permitted\)/,
      accept4: /accept4\(\) failed \(1: Operation not permitted\)/,
    },
  },
  {
    name: 'redis',
    packages: ['redis-server'],
    port: PORTS.redis,
    command: ['/usr/bin/redis-server', '--bind', HOST, '--port', `${PORTS.redis}`, '--dir', '/tmp'],
    use: () => askRedis(HOST, PORTS.redis),
    complaints: {
      bind: /Could not create server TCP listening socket .*: Operation not permitted/,
      accept4: /Accepting client connection: .*Operation not permitted/,
    },
  },
  {
    name: 'python',
    packages: ['python3'],
    port: PORTS.python,
    command: ['/usr/bin/python3', '-c', pythonServer(HOST, PORTS.python)],
    use: () => askPages(HOST, PORTS.python),
    complaints: { bind: /PermissionError/, poll: /PermissionError/ },
  },
];

/** The root file system for all of them. */
export function makeServerRoot(folder: string): string {
  const root = join(folder, 'servers');
  for (const name of ['dev', 'etc', 'proc', 'srv', 'sys', 'tmp', 'usr'])
    mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777); // runc gives a tmpfs the mode of what it covers
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  const files = {
    'etc/passwd': 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
    'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    'srv/nginx.conf': NGINX,
    'srv/page': 'served\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  return root;
}

/** A writable `/tmp` for any user. */
export const TMP = { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] };
