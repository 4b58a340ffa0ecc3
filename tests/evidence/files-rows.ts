/** Promises about file accesses: rows F7 and F8. */
import type { EvidenceRow } from './row.ts';

const LINES = 'tests/unit/profile/files/flak-line.test.ts';
const FOLD = 'tests/unit/profile/files/fold.test.ts';
const TRACER = 'tests/unit/tracer/files/files.test.ts';
const TROUBLE = 'tests/unit/tracer/files/trouble.test.ts';
const STORE = 'tests/integration/files/store.test.ts';
const OWN_RIGHTS = 'tests/integration/files/real-api-server.test.ts';
const WHOLE = 'tests/integration/files/end-to-end.test.ts';

export const FILES_ROWS: readonly EvidenceRow[] = [
  {
    promise: "F7: FLAK's dashboard reads every line, whatever names and paths a program chooses",
    file: LINES,
    test: 'writes only lines that the dashboard can read, and from which names and paths come back',
  },
  {
    promise: 'F7: what Falco does not tell is left out of a line, not made up',
    file: LINES,
    test: 'leaves out what Falco does not tell instead of making it up',
  },
  {
    promise: 'F7: all files of a stream together are the run without rotation, and no call is split',
    file: TRACER,
    test: 'never splits a call over two files, and all files together are the run without rotation',
  },
  {
    promise: "F7: a real Falco's stream comes whole through crashes of store and tracer to a user's folder",
    file: WHOLE,
    test: 'stay whole while the store crashes, answers get lost, and the tracer is replaced',
  },
  {
    promise: 'F7: more lines than may wait on a node are dropped, counted and told',
    file: TROUBLE,
    test: 'drops what is more than may wait, counts it, and says so',
  },
  {
    promise: 'F7: a chunk that is sent again, or was cut in two by a restart, is stored once',
    file: STORE,
    test: 'has the whole once every chunk was acknowledged, through crashes, lost answers, doubles and halves',
  },
  {
    promise: 'F7: a full disk loses nothing that was acknowledged',
    file: STORE,
    test: 'says that the disk is full, keeps what it had, and goes on when there is room',
  },
  {
    promise: "F7: a tracer writes its own trace's lines alone, by a token that is good for nothing else",
    file: OWN_RIGHTS,
    test: 'takes lines of a tracer whose token was made for it and its pod, and of no other',
  },
  {
    promise: 'F7: lines are read by whom a role was given to, and by nobody else',
    file: OWN_RIGHTS,
    test: 'is read by whom the role flak-files-reader was given to, and by nobody else',
  },
  {
    promise: 'F8: summaries of files unite alike in any order, the bound on paths included',
    file: FOLD,
    test: 'unites alike in any order, any grouping, and however often',
  },
  {
    promise: 'F8: a summary keeps to its bound, loses no path and no access, and makes up none',
    file: FOLD,
    test: 'keeps to its bound, loses no path and no access, and makes up none',
  },
];
