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
  let skipped = 0;
  const manifests: unknown[] = [];
  for (const { title, pod } of pods) {
    const result = injectPod(pod, settingsOf(options));
    if (result.kind === 'malformed') {
      const why = inOneLine(result.message);
      return usage(`${title} of ${name} is malformed (${why}); \`kubectl explain pod\` says what belongs there.`);
    }
    if (result.kind === 'skipped') {
      skipped += 1;
      terminal.note(`${title} would not be traced: ${result.message} (${result.reason})`);
    } else for (const warning of result.warnings) terminal.note(`${title}: warning: ${warning}`);
    manifests.push(result.pod);
  }
  terminal.out(render(manifests, options.output));
  if (skipped === 0) return DONE;
  return finding(`${skipped} of ${pods.length} would not be traced; the reasons stand above.`);
}

/** From zod's lines with marks (`✖ what`, `  → at where`). */
function inOneLine(message: string): string {
  return message
    .replaceAll(/\n\s*→ /g, ' ')
    .replaceAll('✖ ', '')
    .replaceAll('\n', '; ');
}

function parseDocuments(text: string, name: string): Result<unknown[]> {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return ok([]);
  const error = documents.flatMap(({ errors }) => errors).at(0);
  if (error) return usage(`${name} is neither YAML nor JSON: ${error.message.split('\n')[0] ?? ''}`);
  return ok(documents.map((document): unknown => document.toJS()));
}

interface NamedPod {
  /** What a person calls it: `Pod web-1`, `Deployment web`. */
  readonly title: string;
  readonly pod: unknown;
}

function podsOf(document: unknown): NamedPod[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) return [];
  const { kind, metadata, spec } = parsed.data;
  const title = `${kind} ${metadata?.name ?? 'without a name'}`;
  if (kind === 'Pod') return [{ title, pod: document }];
  const template = spec?.template ?? spec?.jobTemplate?.spec.template;
  if (!template) return [];
  const place = { generateName: `${metadata?.name ?? 'unnamed'}-`, namespace: metadata?.namespace ?? 'default' };
  const pod = { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...template.metadata, ...place } };
  return [{ title, pod }];
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
