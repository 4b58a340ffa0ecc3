/** Three servers of different making, for containers that have the machine's `/usr`, its network, and `/tmp` of their own. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

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
  server { listen 127.0.0.1:${PORTS.nginx}; root /srv; }
}
`;

const PYTHON = `
import functools, http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('127.0.0.1', ${PORTS.python}), functools.partial(Handler, directory='/srv')).serve_forever()
`;

/** A page that isn't there, and at the same time one that is, four times: python has a backlog of five. */
async function browse(port: number): Promise<void> {
  const get = async (path: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) });
    return `${answer.status} ${answer.ok ? await answer.text() : ''}`;
  };
  const answers = await Promise.all(['/absent', ...Array<string>(4).fill('/page')].map(get));
  const unexpected = answers.filter((answer, place) => answer !== (place === 0 ? '404 ' : '200 served\n'));
  if (unexpected.length > 0) throw new Error(`answered ${unexpected.join(', ')}`);
}

/** What is set can be got again, in memory and saved by a child. */
async function askRedis(): Promise<void> {
  const socket = connect(PORTS.redis, '127.0.0.1');
  socket.setTimeout(10_000, () => socket.destroy(new Error('redis does not answer')));
  socket.write('SET key served\r\nGET key\r\nSAVE\r\nQUIT\r\n');
  const answer = await text(socket);
  if (answer !== '+OK\r\n$6\r\nserved\r\n+OK\r\n+OK\r\n') throw new Error(`redis answers ${answer}`);
}

export const SERVERS: readonly Server[] = [
  {
    name: 'nginx',
    packages: ['nginx-light'],
    port: PORTS.nginx,
    command: ['/usr/sbin/nginx', '-e', 'stderr', '-c', '/srv/nginx.conf'],
    use: () => browse(PORTS.nginx),
    complaints: {
      bind: /bind\(\) to 127\.0\.0\.1:\d+ failed \(1: Operation not permitted\)/,
      accept4: /accept4\(\) failed \(1: Operation not permitted\)/,
    },
  },
  {
    name: 'redis',
    packages: ['redis-server'],
    port: PORTS.redis,
    command: ['/usr/bin/redis-server', '--bind', '127.0.0.1', '--port', `${PORTS.redis}`, '--dir', '/tmp'],
    use: askRedis,
    complaints: {
      bind: /Could not create server TCP listening socket .*: Operation not permitted/,
      accept4: /Accepting client connection: .*Operation not permitted/,
    },
  },
  {
    name: 'python',
    packages: ['python3'],
    port: PORTS.python,
    command: ['/usr/bin/python3', '/srv/server.py'],
    use: () => browse(PORTS.python),
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
    'srv/server.py': PYTHON,
    'srv/page': 'served\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  return root;
}

/** A writable `/tmp` for any user. */
export const TMP = { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] };
