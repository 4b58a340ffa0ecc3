/** Which pods can't be traced because of where they will run. */
import type { SkipReason } from './reasons.ts';
import type { PlacementSpec } from './pod.ts';

/** Of the RuntimeClass object that the pod names; undefined when there is none or it isn't known. */
export interface RuntimeClassFacts {
  readonly handler: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
}

export type UnsupportedPlacement = Extract<SkipReason, 'windows' | 'virtual-node' | 'unsupported-runtime-class'>;

/**
 * Handlers whose containers don't call the node's kernel, by the names their projects' documentation gives them: gVisor,
 * Kata Containers, Firecracker, and the WebAssembly shims of runwasi and SpinKube (which can't run the gate's binary either).
 */
const FOREIGN_KERNEL = /^(runsc|gvisor|kata|firecracker|fc$|peerpods|wasm|spin|slight|lunatic|wws)/;
/** Windows handlers, as AKS, EKS and the Kubernetes documentation name them. */
const WINDOWS_HANDLER = /^(runhcs|windows)/;

/** https://virtual-kubelet.io, EKS Fargate's scheduler, GKE Autopilot's compute classes on a Standard cluster. */
const VIRTUAL_TOLERATION = 'virtual-kubelet.io/provider';
const VIRTUAL_SELECTORS: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['type', ['virtual-kubelet']],
  ['eks.amazonaws.com/compute-type', ['fargate']],
  ['cloud.google.com/compute-class', ['autopilot', 'autopilot-spot']],
];
const FARGATE_SCHEDULER = 'fargate-scheduler';

const OS_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os'];

/** The reason why no tracer could follow the pod to its node, or undefined. */
export function findUnsupportedPlacement(
  spec: PlacementSpec,
  runtimeClass: RuntimeClassFacts | undefined,
): UnsupportedPlacement | undefined {
  const selector = { ...runtimeClass?.nodeSelector, ...spec.nodeSelector };
  // A class that isn't known by its object is known by its name, mostly the handler's.
  const handler = runtimeClass?.handler ?? spec.runtimeClassName ?? '';
  if (isWindows(spec, selector) || WINDOWS_HANDLER.test(handler)) return 'windows';
  if (isVirtual(spec, selector)) return 'virtual-node';
  return FOREIGN_KERNEL.test(handler) ? 'unsupported-runtime-class' : undefined;
}

function isWindows(spec: PlacementSpec, selector: Readonly<Record<string, string>>): boolean {
  if (spec.os) return spec.os.name === 'windows';
  return OS_LABELS.some((label) => selector[label] === 'windows') || affinityDemandsWindows(spec);
}

/** The terms are alternatives: the pod is for Windows only if each of them is. */
function affinityDemandsWindows(spec: PlacementSpec): boolean {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const demandsWindows = (term: (typeof terms)[number]): boolean =>
    term.matchExpressions?.some(
      ({ key, operator, values }) =>
        OS_LABELS.includes(key) &&
        operator === 'In' &&
        !!values?.length &&
        values.every((value) => value === 'windows'),
    ) ?? false;
  return terms.length > 0 && terms.every(demandsWindows);
}

/**
 * A pod that names the toleration may land on a virtual node, whose kubelet refuses hostPath volumes. One that tolerates
 * everything (no key) is a DaemonSet's and says nothing.
 */
function isVirtual(spec: PlacementSpec, selector: Readonly<Record<string, string>>): boolean {
  return (
    spec.schedulerName === FARGATE_SCHEDULER ||
    (spec.tolerations?.some((toleration) => toleration.key === VIRTUAL_TOLERATION) ?? false) ||
    VIRTUAL_SELECTORS.some(([key, values]) => values.includes(selector[key] ?? ''))
  );
}
