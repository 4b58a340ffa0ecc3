/** Python programs that make chosen system calls; for containers of the workbench image. */

/** Calls a number with arguments that the kernel refuses (-1 is no descriptor, address or flag), so that nothing happens. */
const PRELUDE = `
import ctypes, sys, time
libc = ctypes.CDLL(None)
def call(nr): libc.syscall(ctypes.c_long(nr), *[ctypes.c_long(-1)] * 6)
`;

/** A container of the workbench image that runs a Python program. */
export function pythonContainer(image: string, name: string, program: string): Record<string, unknown> {
  return { name, image, imagePullPolicy: 'IfNotPresent', command: ['/usr/bin/python3', '-u', '-c', program] };
}

/** Calls each number once, with a pause between two, and ends. */
export function callsOnce(numbers: readonly number[], pauseSeconds: number): string {
  return `${PRELUDE}
for nr in [${numbers.join(',')}]:
    call(nr)
    time.sleep(${pauseSeconds})
`;
}

/** Calls the numbers round after round, and ends. */
export function callsInRounds(numbers: readonly number[], rounds: number): string {
  return `${PRELUDE}
for turn in range(${rounds}):
    for nr in [${numbers.join(',')}]: call(nr)
    time.sleep(0.01)
`;
}

/** Threads, a child program, sockets, files, and getpid (20) by the 32-bit gate; then waits to be ended. */
export const MANY_WAYS = `${PRELUDE}
import mmap, os, signal, socket, subprocess, tempfile, threading
code = bytes([0x53, 0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0x5b, 0xc3]) # push rbx; mov eax, 20; int 0x80; pop rbx; ret
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(code)
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
threads = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
subprocess.run(['/bin/sh', '-c', 'ls / | wc -l; ln -s / /tmp/root; rm /tmp/root'])
a, b = socket.socketpair()
a.send(b'x'); b.recv(1)
with tempfile.NamedTemporaryFile() as file:
    file.write(b'x' * 100000); file.flush(); os.fsync(file.fileno()); os.rename(file.name, '/tmp/renamed')
    open(file.name, 'w').close()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
open('/tmp/ready', 'w').close()
signal.pause()
`;
