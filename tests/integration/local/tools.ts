/** Programs that run to their end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from './program.ts';

const PYTHON = `
import json, os, sqlite3, socket, subprocess, tempfile, threading, time
here, there = socket.socketpair()
threading.Thread(target=lambda: there.sendall(b'served')).start()
assert here.recv(6) == b'served'
assert subprocess.run(['uname'], capture_output=True).stdout == b'Linux\\n'
with tempfile.TemporaryDirectory() as folder:
    database = sqlite3.connect(os.path.join(folder, 'd'))
    database.execute('create table t (x)')
    database.execute('insert into t values (?)', (json.dumps({'a': 1}),))
    database.commit()
time.sleep(0.01)
`;

const HELLO = `
#include <pthread.h>
#include <stdio.h>
static void *work(void *unused) { return unused; }
int main(void) { pthread_t t; return pthread_create(&t, 0, work, 0) || pthread_join(t, 0) || puts("hello") < 0; }
`;

export const TOOLS: readonly Program[] = [
  {
    name: 'busybox',
    packages: ['busybox-static'],
    command: (folder) => [
      'busybox',
      'sh',
      '-c',
      `cd $(busybox mktemp -d -p ${folder}) && mkdir b && seq 1000 | busybox gzip > b/n.gz && busybox tar cf b.tar b && busybox sha256sum b.tar && busybox find . -name n.gz && busybox ps > /dev/null`,
    ],
  },
  {
    name: 'python3',
    packages: ['python3'],
    prepare: (folder) => {
      writeFileSync(join(folder, 'work.py'), PYTHON);
    },
    command: (folder) => ['/usr/bin/python3', join(folder, 'work.py')],
  },
  {
    name: 'git',
    packages: ['git'],
    command: (folder) => [
      'sh',
      '-c',
      `cd ${folder} && rm -rf r c && export HOME=${folder} && git init -q r && cd r && git config user.email a@b && git config user.name a && ` +
        'for n in 1 2 3; do echo $n > f && git add f && git commit -q -m $n; done && git log --oneline && git gc -q && git clone -q . ../c',
    ],
  },
  {
    name: 'gcc',
    packages: ['gcc', 'libc6-dev'],
    prepare: (folder) => {
      writeFileSync(join(folder, 'hello.c'), HELLO);
    },
    command: (folder) => ['sh', '-c', `cd ${folder} && gcc -O2 -pthread -pipe -o hello hello.c && ./hello`],
  },
];
