/** The commands that the kubelet itself runs in a container: exec probes and lifecycle hooks. */
import { z } from 'zod';

const handlerSchema = z.object({ exec: z.object({ command: z.array(z.string()).nullish() }).nullish() }).nullish();

/** Fields of core/v1 Container. */
export const commandFields = {
  env: z.array(z.object({ name: z.string(), value: z.string().nullish() })).nullish(),
  startupProbe: handlerSchema,
  livenessProbe: handlerSchema,
  readinessProbe: handlerSchema,
  lifecycle: z.object({ postStart: handlerSchema, preStop: handlerSchema }).nullish(),
};
type CommandFields = { readonly [K in keyof typeof commandFields]?: z.infer<(typeof commandFields)[K]> };

/**
 * As the runtime is given them. Those of probes are expanded (pkg/kubelet/prober/prober.go), those of hooks aren't
 * (pkg/kubelet/lifecycle/handlers.go).
 */
export function readCommands(spec: CommandFields): readonly (readonly string[])[] {
  const variables = new Map((spec.env ?? []).map(({ name, value }) => [name, value ?? '']));
  const probes = [spec.startupProbe, spec.livenessProbe, spec.readinessProbe].map(commandOf);
  const hooks = [spec.lifecycle?.postStart, spec.lifecycle?.preStop].map(commandOf);
  return [...probes.map((words) => words.map((word) => expand(word, variables))), ...hooks].filter(
    ({ length }) => length > 0,
  );
}

function commandOf(handler: z.infer<typeof handlerSchema>): readonly string[] {
  return handler?.exec?.command ?? [];
}

/**
 * `$(NAME)` becomes the variable's value, `$$` becomes `$`, all else stays, a name that isn't known included. A variable
 * that gets its value from elsewhere (`valueFrom`) counts as empty. The kubelet's ExpandContainerCommandOnlyStatic
 * (pkg/kubelet/container/helpers.go) and Expand (k8s.io/kubernetes/third_party/forked/golang/expansion).
 */
function expand(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replace(/\$(?:\$|\(([^)]*)\))/g, (found, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? found),
  );
}
