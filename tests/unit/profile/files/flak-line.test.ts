import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cutToBytes } from '../../../../profile/files/escape.ts';
import { linesOf, type LineOptions } from '../../../../profile/files/flak-line.ts';
import { LINE_CALLS } from '../../../../profile/files/operations.ts';
import { fileEvent } from './file-events.ts';

/** As FLAK's dashboard has it. */
const DASHBOARD = /^(\d+)\s+\{pid=(\d+)\s+tid=(\d+)\s+proc=([^}]+)\}\{(EN|EX)\s+([^}]+)\}(?:\{([^}]*)\})?$/;
/** Where Python's str.splitlines ends a line, which JavaScript's line ends are part of. */
const LINE_ENDS = /[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

const OPTIONS: LineOptions = { command: undefined, maxStringBytes: 150 };

const wild = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('{', '}', '\\', '\n', '\r', ' ', '=', '\u0085', '\u2028', '\ud800', '\ufffd', 'é', '/'), {
      maxLength: 20,
    })
    .map((all) => all.join('')),
);

function textOf(event: Parameters<typeof linesOf>[0], options: Partial<LineOptions> = {}): string {
  return linesOf(event, { ...OPTIONS, ...options })?.text ?? '';
}

function unescape(text: string): string {
  const bytes = text
    .split(/(\\x[0-9a-f]{2})/)
    .map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part)));
  return Buffer.concat(bytes).toString();
}

describe('lines of file access', () => {
  it('has an enter and an exit line for a call, at the time of its exit', () => {
    assert.equal(
      textOf(fileEvent()),
      '1700000000000000042 {pid=41 tid=42 proc=nginx}{EN read}{fd=3 count=4096}\n' +
        '1700000000000000042 {pid=41 tid=42 proc=nginx}{EX read}{ret=10}\n',
    );
  });

  const path = { 'evt.rawarg.name': '/a b' };
  const cases: readonly [name: string, fields: object, entered: string, stream: string][] = [
    ['creat', path, '{EN creat}{fname=/a\\x20b}', 'io'],
    ['open', path, '{EN open}{fname=/a\\x20b}', 'io'],
    ['openat', path, '{EN openat}{fname=/a\\x20b}', 'io'],
    ['openat2', path, '{EN openat2}{fname=/a\\x20b}', 'io'],
    ['stat', { 'evt.rawarg.path': 'x' }, '{EN newstat}{fname=x}', 'io'],
    ['lstat', { 'evt.rawarg.path': 'x' }, '{EN newlstat}{fname=x}', 'io'],
    ['newfstatat', { 'evt.rawarg.path': '' }, '{EN newfstatat}{fname=}', 'io'],
    ['pread', {}, '{EN pread64}{fd=3 count=4096}', 'io'],
    ['pwrite', {}, '{EN pwrite64}{fd=3 count=4096}', 'io'],
    ['write', { 'evt.rawarg.fd': '-1' }, '{EN write}{fd=-1 count=4096}', 'io'],
    ['readv', {}, '{EN readv}{fd=3 count=4096}', 'io'],
    ['writev', {}, '{EN writev}{fd=3 count=4096}', 'io'],
    ['preadv', {}, '{EN preadv}{fd=3 count=4096}', 'io'],
    ['pwritev', {}, '{EN pwritev}{fd=3 count=4096}', 'io'],
    ['dup', { 'evt.rawarg.oldfd': '3' }, '{EN dup}{fd=3}', 'io'],
    ['dup2', { 'evt.rawarg.oldfd': '3', 'evt.rawarg.newfd': '9' }, '{EN dup2}{oldfd=3 newfd=9}', 'io'],
    ['dup3', { 'evt.rawarg.oldfd': '3', 'evt.rawarg.newfd': '9' }, '{EN dup3}{oldfd=3 newfd=9}', 'io'],
    ['close', { 'evt.rawarg.fd': '7' }, '{EN close}{fd=7}', 'io'],
    ['mmap', { 'evt.rawarg.addr': '0', 'evt.rawarg.length': '8' }, '{EN mmap}{fd=3 addr=0 len=8}', 'memory'],
    [
      'munmap',
      { 'evt.rawarg.addr': '7F34454A3000', 'evt.rawarg.length': '8' },
      '{EN munmap}{addr=139862477516800 len=8}',
      'memory',
    ],
  ];
  for (const [name, fields, entered, stream] of cases) {
    it(`writes ${name} as FLAK names it, with its arguments`, () => {
      const lines = linesOf(fileEvent({ name, fields }), OPTIONS);
      assert.equal(lines?.stream, stream);
      assert.match(lines.text.split('\n')[0] ?? '', new RegExp(`${entered.replace(/[\\{}]/g, '\\$&')}$`));
    });
  }

  it('has such a case for each call that has lines', () => {
    assert.deepEqual([...LINE_CALLS].sort(), [...cases.map(([name]) => name), 'read'].sort());
  });

  it('leaves out what Falco does not tell instead of making it up', () => {
    const bare = { fd: undefined, size: undefined, ret: undefined };
    assert.match(textOf(fileEvent(bare)), /\{EN read\}\{\}\n.*\{EX read\}\{\}\n$/);
  });

  it('has no lines for a call that FLAK had none for, nor for one that Falco tells nothing about', () => {
    for (const name of ['getpid', 'statx', 'statfs']) assert.equal(linesOf(fileEvent({ name }), OPTIONS), undefined);
  });

  it('keeps the lines of one command alone where one is asked for', () => {
    assert.equal(textOf(fileEvent({ comm: 'nginx-2' }), { command: 'nginx' }), '');
    assert.notEqual(textOf(fileEvent(), { command: 'nginx' }), '');
  });

  it('writes only lines that the dashboard can read, and from which names and paths come back', () => {
    fc.assert(
      fc.property(wild, wild, fc.constantFrom(...LINE_CALLS), (comm, name, call) => {
        const fields = { 'evt.rawarg.name': name, 'evt.rawarg.addr': name };
        const text = textOf(fileEvent({ name: call, comm, fields }), { maxStringBytes: 4096 });
        const lines = text.split('\n');
        assert.equal(lines.length, 3);
        for (const line of lines.slice(0, 2)) {
          assert.doesNotMatch(line, LINE_ENDS);
          const [, , , , proc = '', , , pairs = ''] = DASHBOARD.exec(line) ?? [];
          assert.equal(unescape(proc), comm === '' ? '\0' : comm.toWellFormed());
          const [, value] = /^fname=(.*)$/.exec(pairs) ?? [];
          if (value !== undefined) {
            assert.doesNotMatch(value, /\s/);
            assert.equal(unescape(value), name.toWellFormed());
          }
        }
      }),
    );
  });

  it('cuts a string at its bound without half a character', () => {
    assert.match(
      textOf(fileEvent({ name: 'open', fields: { 'evt.rawarg.name': 'aéé' } }), { maxStringBytes: 4 }),
      /fname=aé\}/,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(40), (text, most) => {
        const cut = cutToBytes(text, most);
        assert.ok(Buffer.byteLength(cut) <= most && text.startsWith(cut));
        // What was cut off didn't fit.
        const next = Array.from(text.slice(cut.length))[0] ?? '';
        assert.ok(cut === text || Buffer.byteLength(cut + next) > most);
      }),
    );
  });
});
