/** `flak inject`: what the webhook would make of a manifest, without a cluster. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { injectPod } from '../../webhook/admission/inject-pod.ts';
import type { GateMedium } from '../../webhook/admission/medium.ts';
import { GATE_MEDIA } from '../../webhook/admission/medium.ts';
import { toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok, usage } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, seconds } from '../registration.ts';
import type { Terminal } from '../terminal.ts';

interface InjectOptions {
  readonly filename: string;
  readonly output: 'yaml' | 'json';
  readonly gateImage: string;
  readonly gateTimeout: number;
  readonly medium: GateMedium;
  readonly namespaceLabel?: readonly string[];
}

export interface InjectDeps {
  readonly terminal: Terminal;
  /** The text of a file, or of stdin for `-`. */
  readonly readText: (path: string) => Promise<Result<string>>;
}

export function addInject(parent: Command, deps: InjectDeps, ended: Ended): void {
  parent
    .command('inject')
    .description('show what the webhook would make of a manifest; needs no cluster')
    .requiredOption('-f, --filename <file>', 'manifest (YAML or JSON) of pods or of what creates them; - for stdin')
    .addOption(new Option('-o, --output <format>', 'format of the pods').choices(['yaml', 'json']).default('yaml'))
    .option('--gate-image <image>', 'image of the gate', 'flak-gate')
    .option('--gate-timeout <seconds>', 'default timeout of the gate', seconds, 60)
    .addOption(
      new Option('--medium <medium>', 'where namespaces without Pod Security labels let the gate look')
        .choices(GATE_MEDIA)
        .default('hostPath'),
    )
    .option('--namespace-label <key=value...>', 'labels of the namespace (default: flak.dev/trace=true)', label)
    .addHelpText(
      'after',
      examples('flak inject -f pod.yaml', 'kubectl get deploy web -o yaml | flak inject -f - -o json'),
    )
    .action(async (options: InjectOptions) => {
      ended(await inject(options, deps));
    });
}

function label(text: string, previous: readonly string[] | undefined): string[] {
  if (!/^[^=]+=[^=]*$/.test(text)) throw new InvalidArgumentError('Give key=value.');
  return [...(previous ?? []), text];
}

const podLike = z.looseObject({ metadata: z.looseObject({}).optional(), spec: z.looseObject({}) });
/** Where each kind keeps its pod. */
const documentSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().optional(), namespace: z.string().optional() }).optional(),
  spec: z
    .looseObject({
      template: podLike.optional(),
      jobTemplate: z.looseObject({ spec: z.looseObject({ template: podLike }) }).optional(),
    })
    .optional()
    // A pod's own mistakes are injectPod's to name.
    .catch(undefined),
});

/** Every Pod of the file, and the pod that each workload of it would create, as they would be stored. */
async function inject(options: InjectOptions, { terminal, readText }: InjectDeps): Promise<Ending> {
  const text = await readText(options.filename);
  if (text.kind !== 'ok') return text;
  const name = options.filename === '-' ? 'the input' : options.filename;
  const documents = parseDocuments(text.value, name);
  if (documents.kind !== 'ok') return documents;
  const pods = documents.value.flatMap(podsOf);
  if (pods.length === 0) return usage(`${name} has no Pod and nothing that creates one; name another file with -f.`);
  const results = pods.map((pod) => injectPod(pod, settingsOf(options)));
  let skipped = 0;
  const manifests: unknown[] = [];
  for (const result of results) {
    if (result.kind === 'malformed') return usage(`a pod of ${name} is malformed: ${result.message}`);
    if (result.kind === 'skipped') {
      skipped += 1;
      terminal.note(`would not be traced: ${result.message} (${result.reason})`);
    } else for (const warning of result.warnings) terminal.note(`warning: ${warning}`);
    manifests.push(result.pod);
  }
  terminal.out(render(manifests, options.output));
  return skipped === 0 ? DONE : finding(`${skipped} of ${results.length} pods would not be traced.`);
}

function parseDocuments(text: string, name: string): Result<unknown[]> {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return ok([]);
  const error = documents.flatMap(({ errors }) => errors).at(0);
  if (error) return usage(`${name} is neither YAML nor JSON: ${error.message.split('\n')[0] ?? ''}`);
  return ok(documents.map((document): unknown => document.toJS()));
}

function podsOf(document: unknown): unknown[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) return [];
  const { kind, metadata, spec } = parsed.data;
  if (kind === 'Pod') return [document];
  const template = spec?.template ?? spec?.jobTemplate?.spec.template;
  if (!template) return [];
  const place = { generateName: `${metadata?.name ?? 'unnamed'}-`, namespace: metadata?.namespace ?? 'default' };
  return [{ apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...template.metadata, ...place } }];
}

function settingsOf({
  gateImage,
  gateTimeout,
  medium,
  namespaceLabel,
}: InjectOptions): Parameters<typeof injectPod>[1] {
  const labels = namespaceLabel?.map((label) => label.split('=', 2) as [string, string]);
  return {
    gateImage,
    gateTimeoutSeconds: gateTimeout,
    defaultMedium: medium,
    ...(labels ? { namespaceLabels: Object.fromEntries(labels) } : {}),
  };
}

function render(manifests: readonly unknown[], output: InjectOptions['output']): string {
  if (output === 'json')
    return toJson(manifests.length === 1 ? manifests[0] : { apiVersion: 'v1', kind: 'List', items: manifests });
  return manifests.map((manifest) => stringify(manifest)).join('---\n');
}
