export const EVICTABLE = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

/** What a pod is apart from Flak, empty lists and maps being as good as none. Written apart from the code it judges. */
export function withoutFlak(manifest: unknown): unknown {
  const pod = structuredClone(manifest) as { metadata: Record<string, unknown>; spec: Record<string, unknown> };
  const { metadata, spec } = pod;
  const named = (list: unknown, pattern: RegExp): unknown[] =>
    ((list as { name: string }[] | null | undefined) ?? []).filter(({ name }) => !pattern.test(name));
  spec['initContainers'] = named(spec['initContainers'], /^flak-gate$/);
  spec['volumes'] = named(spec['volumes'], /^flak-gate-(opening|signal)$/);
  metadata['finalizers'] = ((metadata['finalizers'] as string[] | null | undefined) ?? []).filter(
    (f) => f !== 'flak.dev/profile',
  );
  const annotations = { ...(metadata['annotations'] as Record<string, string> | null | undefined) };
  for (const key of Object.keys(annotations))
    if (key.startsWith('flak.dev/') && !/fail-closed|gate-timeout-seconds|allow-pod-failure-policy/.test(key))
      Reflect.deleteProperty(annotations, key);
  const evictable = annotations[EVICTABLE]?.split(',').filter((name) => name !== '' && name !== 'flak-gate-opening');
  if (!evictable || evictable.length === 0) Reflect.deleteProperty(annotations, EVICTABLE);
  else annotations[EVICTABLE] = evictable.join(',');
  metadata['annotations'] = annotations;
  const labels = { ...(metadata['labels'] as Record<string, string> | null | undefined) };
  Reflect.deleteProperty(labels, 'flak.dev/traced');
  metadata['labels'] = labels;
  return pod;
}
