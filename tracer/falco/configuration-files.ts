/** What Falco is told, as the texts of its two files. JSON, which is YAML. Pure. */
import { falcoNameOf } from '../../profile/falco-names.ts';
import { EVENT_FIELDS } from './fields.ts';
import { RULE } from './parse-line.ts';

export interface Wish {
  /** A UUID in lower case, checked by the configuration; it becomes part of a rule. */
  readonly podUid: string;
  /** Fields beside EVENT_FIELDS. */
  readonly fields: readonly string[];
  /** Calls to leave out, by the kernel's names. */
  readonly shed: readonly string[];
  readonly cpus: number;
  /** Where the file of rules will be. */
  readonly rulesFile: string;
}

/** Events that are no system calls, and of which there are many on a busy node. */
const NOISE = ['switch', 'page_fault', 'signaldeliver'];

/** Buffers of 8 MiB (preset 4, Falco's default). At most 8, so that a large machine doesn't spend a gigabyte on each target. */
const RING = { preset: 4, most: 8, fewestCpus: 2 } as const;

/** Above this Falco drops, and counts, instead of growing without bound while nobody reads. */
const QUEUE_CAPACITY = 20_000;

/**
 * How often drops are told. By a timer whose signal makes the kernel give up verifying a program (bpf_check returns EAGAIN, and libbpf tries
 * five times): with one a second Falco does not start on a machine so busy that a program takes longer than that.
 */
const METRICS_INTERVAL = '5s';

/** The text of falco.yaml. Every option that has an effect here is said: a default may change with a version. */
export function falcoConfiguration(wish: Wish): string {
  return JSON.stringify({
    ...OUTPUT,
    rules_files: [wish.rulesFile],
    engine: {
      kind: 'modern_ebpf',
      modern_ebpf: {
        cpus_for_each_buffer: Math.max(RING.fewestCpus, Math.ceil(wish.cpus / RING.most)),
        buf_size_preset: RING.preset,
        drop_failed_exit: false,
      },
    },
    // Without `all`, read, write, send and recv are missing.
    base_syscalls: {
      all: true,
      repair: false,
      custom_set: [...NOISE, ...wish.shed.map(falcoNameOf)].map((name) => `!${name}`),
    },
  });
}

const OUTPUT = {
  config_files: [],
  // A change of the files alone would restart it, 2 s blind, without a word.
  watch_config_files: false,
  load_plugins: [],
  plugins: [],
  append_output: [],
  time_format_iso_8601: false,
  priority: 'debug',
  rule_matching: 'first',
  json_output: true,
  // The text of an event would be rendered twice.
  json_include_output_property: false,
  json_include_message_property: false,
  json_include_output_fields_property: true,
  json_include_tags_property: false,
  buffer_format_base64: false,
  // A quiet target's only event must not wait for the next ones.
  buffered_outputs: false,
  outputs_queue: { capacity: QUEUE_CAPACITY },
  stdout_output: { enabled: true },
  syslog_output: { enabled: false },
  file_output: { enabled: false },
  http_output: { enabled: false },
  program_output: { enabled: false },
  webserver: { enabled: false },
  log_stderr: true,
  log_syslog: false,
  log_level: 'error',
  libs_logger: { enabled: false },
  syscall_event_drops: { threshold: 0.1, actions: ['ignore'] },
  metrics: {
    enabled: true,
    interval: METRICS_INTERVAL,
    output_rule: true,
    rules_counters_enabled: false,
    resource_utilization_enabled: false,
    state_counters_enabled: false,
    kernel_event_counters_enabled: true,
    kernel_event_counters_per_cpu_enabled: false,
    libbpf_stats_enabled: false,
    plugins_metrics_enabled: false,
    kernel_iter_event_counters_enabled: false,
    jemalloc_stats_enabled: false,
    convert_memory_to_mb: false,
    include_empty_values: false,
  },
} as const;

/**
 * One rule that matches every event of the pod: its UID is in the name of its cgroup, with `_` for `-` where systemd makes cgroups.
 * The whole node's events are compared with it, so it is short.
 */
export function falcoRules({ podUid, fields }: Wish): string {
  const spellings = [...new Set([podUid, podUid.replaceAll('-', '_')])];
  const rule = {
    rule: RULE,
    desc: 'Every event of the target',
    condition: spellings.map((uid) => `thread.cgroups contains "${uid}"`).join(' or '),
    output: [...new Set([...EVENT_FIELDS, ...fields])].map((field) => `%${field}`).join(' '),
    priority: 'DEBUG',
    source: 'syscall',
    // There is no evt.type in it on purpose.
    warn_evttypes: false,
  };
  return JSON.stringify([rule]);
}
