/** An explanation as one HTML file: to read, to print, to hand over. It asks nothing of the network. */
import type { Evidence, ExplainedCall, Explanation, Surface } from '../explain.ts';
import { RISK_MEANING } from '../risk.ts';
import { RUNTIME_DEFAULT_SOURCE } from '../runtime-default.ts';
import type { Contributor } from '../syscall-profile.ts';
import { drawCurve } from './curve.ts';
import type { Markup } from './markup.ts';
import { markup } from './markup.ts';
import { STYLE } from './style.ts';
import {
  byTopic,
  defaultWords,
  durationWords,
  headline,
  isOfCommand,
  momentWords,
  originWords,
  titleOf,
  worthALook,
} from './words.ts';

export function renderReport(explanation: Explanation): string {
  const { evidence, calls } = explanation;
  const title = titleOf(explanation);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – system calls</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header>
<div class="kicker">System call profile</div>
<h1>${title}</h1>
${evidence ? provenance(evidence) : ''}
</header>
<main>
<p class="lead">${headline(explanation)}</p>
${surfaceSection(explanation)}
${evidence ? trustSection(evidence) : ''}
${riskSection(explanation)}
<section id="calls"><h2>Every call it treats by name</h2>
<p class="soft">Every other call is ${explanation.byDefault}.</p>
${byTopic(calls).map(topicTable)}</section>
</main>
<footer>
<p>Risk classes: <b>severe</b>: ${RISK_MEANING.severe}; <b>elevated</b>: ${RISK_MEANING.elevated}.</p>
<p>Compared with ${RUNTIME_DEFAULT_SOURCE}. Architectures of the profile: ${explanation.architectures.join(', ') || 'none listed'};
counted over the table of ${explanation.surface.abi}.</p>
</footer>
</body>
</html>
`.html;
}

function provenance({ image, imageDigest, level, summary }: Evidence): Markup {
  return markup`<p><span class="badge ${level}">${level}</span> ${summary.slice(summary.indexOf(':') + 2)}</p>
${imageDigest === '' ? '' : markup`<p><code>${image}</code><br><span class="digest">${imageDigest}</span></p>`}`;
}

function surfaceSection({ surface }: Explanation): Markup {
  const { profile, kernel, runtimeDefault, risky, beyondDefault, shut } = surface;
  const closed = Math.round((1 - profile / kernel) * 100);
  return markup`<section id="surface"><div class="figures">
${figure(`${closed} %`, "of the kernel's calls are shut")}
${figure(profile, 'calls let through')}
${figure(risky.profile, 'of them risky')}
${figure(beyondDefault.length, "beyond the runtime's default")}
</div>
<div class="card"><div class="bars">
${bar('kernel', kernel, risky.kernel, surface)}${bar("runtime's default", runtimeDefault, risky.runtimeDefault, surface)}${bar('this profile', profile, risky.profile, surface)}
</div><div class="legend"><i></i> risky: of class severe or elevated</div></div>
${beyondDefault.length > 0 ? markup`<h3>Beyond the runtime's default</h3>${chips(beyondDefault)}` : ''}
${shut.length > 0 ? markup`<h3>Ways into the kernel that it shuts <span class="count">(${shut.length})</span></h3>${chips(shut)}` : ''}
</section>`;
}

function figure(value: string | number, label: string): Markup {
  return markup`<div class="card figure"><b>${value}</b><span>${label}</span></div>`;
}

function bar(label: string, count: number, risky: number, { kernel, profile }: Surface): Markup {
  const width = (part: number, whole: number): string => (whole === 0 ? '0' : ((100 * part) / whole).toFixed(1));
  const own = count === profile ? ' own' : '';
  return markup`<span>${label}</span><div><div class="bar${own}" style="width:${width(count, kernel)}%"><i style="width:${width(risky, count)}%"></i></div></div><b>${count}</b>
`;
}

function chips(names: readonly string[]): Markup {
  return markup`<div class="chips">${names.map((name) => markup`<span class="name">${name}</span>`)}</div>`;
}

function trustSection(evidence: Evidence): Markup {
  const { wants, probes, curve, contributors, foreign } = evidence;
  const ofCommand = isOfCommand(evidence);
  const drawn = drawCurve(curve);
  return markup`<section id="trust"><h2>How far to trust it</h2>
${wants.length > 0 ? markup`<p>To be called stable it takes: ${wants.join('; ')}.</p>` : ''}
${probes.length > 0 ? markup`<h3>Second probe and files</h3><ul class="probes">${probes.map((line) => markup`<li>${line}</li>`)}</ul>` : ''}
${drawn === '' ? '' : markup`<div class="card"><h3 style="margin-top:0">Calls seen for the first time</h3>${drawn}</div>`}
<h3>Contributors <span class="count">(${contributors.length})</span></h3>
<table><thead><tr><th>${ofCommand ? 'command' : 'pod'}</th><th>${ofCommand ? 'machine' : 'node'}, kernel</th>${ofCommand ? '' : markup`<th>runtime</th>`}<th>recorded</th><th>level</th></tr></thead>
<tbody>${contributors.map((contributor) => contributorRow(contributor, ofCommand))}</tbody></table>
${foreign.length > 0 ? markup`<h3>Left out: seen through <code>kubectl exec</code> alone</h3>${chips(foreign)}` : ''}
</section>`;
}

function contributorRow(contributor: Contributor, ofCommand: boolean): Markup {
  const { pod, node, kernel, runtime, armedAt, endedAt, completeness } = contributor;
  const recorded = `${momentWords(armedAt, 'minutes')}, ${durationWords(Date.parse(endedAt) - Date.parse(armedAt))}`;
  return markup`<tr><td>${pod}</td><td>${node}, ${kernel}</td>${ofCommand ? '' : markup`<td>${runtime ?? 'unknown'}</td>`}<td>${recorded}</td><td><span class="badge ${completeness.level}">${completeness.level}</span></td></tr>
`;
}

function riskSection(explanation: Explanation): Markup | '' {
  const calls = worthALook(explanation);
  if (calls.length === 0) return '';
  return markup`<section id="risks"><h2>Worth a look <span class="soft">(${calls.length})</span></h2>
<div class="card">${calls.map(riskRow)}</div></section>`;
}

function riskRow(call: ExplainedCall): Markup {
  const { name, risk } = call;
  const remarks = [originWords(call), defaultWords(call)].filter(Boolean).join('; ');
  return markup`<div class="risk"><div><span class="name">${name}</span><span class="badge ${risk.class}">${risk.class}</span></div>
<div>${risk.why.charAt(0).toUpperCase()}${risk.why.slice(1)}.${condition(call)}<div class="sources">${risk.sources.join(' · ')}</div>${remarks === '' ? '' : markup`<div class="sources">${remarks}</div>`}</div></div>
`;
}

function condition({ effect }: ExplainedCall): Markup | '' {
  return effect.kind === 'allowed' ? '' : markup`<span class="condition">${effect.text}</span>`;
}

function topicTable({ topic, calls }: { readonly topic: string; readonly calls: readonly ExplainedCall[] }): Markup {
  return markup`<h3>${topic} <span class="count">(${calls.length})</span></h3>
<table><tbody>${calls.map(callRow)}</tbody></table>
`;
}

function callRow(call: ExplainedCall): Markup {
  const remarks = [originWords(call), defaultWords(call)].filter(Boolean).join('; ');
  return markup`<tr><td class="name">${call.name}</td><td class="what">${call.purpose}${condition(call)}</td><td class="who">${remarks}</td></tr>
`;
}
