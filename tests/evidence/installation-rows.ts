/** Promises about installing, upgrading and removing Flak, and about pods that never asked for it. */
import type { EvidenceRow } from './rows.ts';

const ROWS: readonly (readonly [promise: string, file: string, test: string])[] = [
  [
    'The first pod created when `kubectl wait` returns is traced, in 5 fresh installs',
    'install',
    'is done when kubectl wait returns: the very first labelled pod is traced, in 5 fresh installs out of 5',
  ],
  [
    "F1: an unlabelled pod's stored spec equals that of a pod created without Flak",
    'install',
    'changes nothing about a pod without a label: what is stored of it is the same as before',
  ],
  ['`kubectl apply -k` twice leaves no difference', 'install', 'applied twice leaves no difference'],
  [
    'A copied manifest of a traced pod that opts out, or asks for nothing, keeps no finalizer, gate or label',
    'install',
    'strips what the copy of a traced pod carries when the copy opts out, or asks for nothing',
  ],
  [
    'An upgrade lets no pod go untraced: those created while it is rolled out are all traced',
    'install',
    'traces every pod that is created while another version is rolled out',
  ],
  [
    '`flak uninstall` with traces running: profiles exported; no stuck pod, finalizer, CRD, program, pin or file',
    'uninstall',
    'by `flak uninstall` exports what was recorded and leaves no finalizer, object, program, pin or file',
  ],
  [
    '`kubectl delete -k` with traces running: no stuck pod, finalizer, CRD, program, pin or file',
    'uninstall',
    'by `kubectl delete -k` leaves no finalizer, object, program, pin or file',
  ],
  [
    '`kubectl delete namespace flak-system` with traces running: no stuck pod, finalizer, program, pin or file; profiles stay',
    'uninstall',
    'by `kubectl delete namespace flak-system` keeps the profiles, and `kubectl delete -k` takes the rest',
  ],
];

export const INSTALLATION_ROWS: readonly EvidenceRow[] = ROWS.map(([promise, file, test]) => ({
  promise,
  file: `tests/e2e/${file}.test.ts`,
  test,
}));
