/**
 * Pages that nobody writes by hand: the commands from what `--help` is made of, the HTTP API from its
 * OpenAPI document, the lessons from what the studio shows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { ENVIRONMENT, EXIT_STATUS } from '../dist/cli/manual.js';
import { wholeReference } from '../dist/cli/program.js';
import { openRing } from '../dist/ring.js';
import { openHttp } from '../dist/service.js';
import { openStudio } from '../dist/studio.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {import('../src/cli/reference.ts').Reference} Reference */
/** @typedef {{ id: string, title: string, about: string, steps: { text: string, notice: string }[] }} Lesson */

/** What stands in a cell of a table. @param {string} text */
const inCell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
/** The same of text that is no Markdown. @param {string} text */
const cell = (text) => inCell(text).replaceAll('<', '&lt;');

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  if (rows.length === 0) return [];
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

export async function commandsPage() {
  const reference = await wholeReference();
  return [
    '# Commands',
    '',
    'All commands and their options, from the text that `--help` and the manual pages have.',
    '',
    ...commandLines(reference, 2),
    '## Exit status and environment',
    ...table(
      ['exit status', ''],
      EXIT_STATUS.map(([status, what]) => [status, cell(what)]),
    ),
    ...table(
      ['variable', ''],
      ENVIRONMENT.map(([name, what]) => [`\`${name}\``, cell(what)]),
    ),
  ].join('\n');
}

/** @param {Reference} command @param {number} depth @returns {string[]} */
function commandLines({ path, about, usage, args, options, commands }, depth) {
  return [
    `${'#'.repeat(Math.min(depth, 4))} ${path}`,
    '',
    cell(about),
    ...(commands.length > 0 ? [] : ['', '```sh', usage, '```']),
    ...table(
      ['argument', ''],
      args.filter((one) => one.about !== '').map((one) => [`\`${one.name}\``, cell(one.about)]),
    ),
    ...table(
      ['option', ''],
      options.map(({ flags, about }) => [`\`${inCell(flags)}\``, cell(about)]),
    ),
    '',
    ...commands.flatMap((one) => commandLines(one, depth + 1)),
  ];
}

/** The OpenAPI documents, asked for from the servers themselves. @returns {Promise<{ studio: object, ring: object }>} */
export async function openApi() {
  const studio = await openStudio({ site: null });
  const ring = await openRing();
  const http = await openHttp(ring);
  try {
    return {
      studio: await documentAt(`${studio.url}/api/openapi.json`),
      ring: await documentAt(`${http.url}/openapi.json`),
    };
  } finally {
    await Promise.all([studio.close(), http.close()]);
    await ring.close();
  }
}

/** @param {string} address @returns {Promise<object>} */
async function documentAt(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`no OpenAPI document at ${address}: ${response.status}`);
  return /** @type {Promise<object>} */ (response.json());
}

/** Where a running server has its document. @type {Readonly<Record<string, string>>} */
const DOCUMENTS = { studio: '/api/openapi.json', ring: '/openapi.json' };

/** @param {Record<string, any>} descriptions OpenAPI documents by name */
export function httpApiPage(descriptions) {
  const lines = [
    '# HTTP APIs',
    '',
    "What the studio and a ring's HTTP service answer. This page is made of the servers' own descriptions.",
    '',
  ];
  for (const [name, { info, openapi, paths, components }] of Object.entries(descriptions)) {
    lines.push(
      `## ${info.title}`,
      '',
      `${info.description} OpenAPI ${openapi}: <a href="../openapi-${name}.json">openapi-${name}.json</a>, ` +
        `which a running server has at \`${DOCUMENTS[name]}\`.`,
      '',
    );
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        lines.push(...operationLines(method, path, operation));
      }
    }
    for (const [schema, shape] of Object.entries(components?.schemas ?? {})) {
      const title = `### ${info.title}: schema ${schema}`;
      lines.push(title, '', '```json', JSON.stringify(shape, null, 2), '```', '');
    }
  }
  return lines.join('\n');
}

/** @param {string} method @param {string} path @param {any} operation */
function operationLines(method, path, operation) {
  const { summary, parameters = [], requestBody, security, responses } = operation;
  return [
    `### ${method.toUpperCase()} ${path}`,
    '',
    `${summary}.${security ? ' Needs the control token: `Authorization: Bearer TOKEN`.' : ''}`,
    ...table(
      ['parameter', 'in', ''],
      parameters.map((/** @type {any} */ one) => [
        `\`${one.name}\``,
        one.in,
        cell(one.description ?? one.schema?.description ?? one.schema?.type ?? ''),
      ]),
    ),
    ...schemaLines('Takes', requestBody),
    ...table(
      ['status', ''],
      Object.entries(responses).map(([status, one]) => [status, cell(one.description)]),
    ),
    ...schemaLines('Answers', responses[200]),
    '',
  ];
}

/** @param {string} title @param {any} body */
function schemaLines(title, body) {
  const schema = body?.content?.['application/json']?.schema;
  if (!schema) return [];
  const shown = JSON.stringify(schema, null, 2);
  return [
    '',
    `<details><summary>${title} (JSON Schema)</summary>`,
    '',
    '```json',
    shown,
    '```',
    '',
    '</details>',
    '',
  ];
}

/** The studio's lessons as data, from their sources. @returns {Promise<readonly Lesson[]>} */
export async function lessons() {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-lessons-'));
  try {
    const bundle = await rolldown({
      input: join(ROOT, 'web/src/lessons/index.ts'),
      resolve: { alias: { 'ringlight/scene': join(ROOT, 'src/scene.ts') } },
      platform: 'node',
    });
    const file = join(folder, 'lessons.mjs');
    await bundle.write({ file, format: 'es', codeSplitting: false });
    await bundle.close();
    const { LISTED, fetchLesson } = await import(pathToFileURL(file).href);
    return await Promise.all(LISTED.map(({ id }) => fetchLesson(id)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A lesson as a page shows it. It is loaded when somebody scrolls to it. @param {Lesson} lesson */
export function lessonFrame({ id, title, about }) {
  const address = `../studio/index.html#lesson=${id}`;
  return [
    '<figure class="lesson">',
    `<iframe src="${address}" title="Lesson: ${title}" loading="lazy"></iframe>`,
    `<figcaption>Lesson: <a href="${address}">${title}</a>. ${about}</figcaption>`,
    '</figure>',
  ].join('\n');
}

/** @param {readonly Lesson[]} all */
export function lessonsPage(all) {
  return [
    '# Lessons',
    '',
    'Guided tours of a few steps each, on a living simulation in the page: it can be stopped, stepped, gone back',
    'in and played with. They need a web server in front of these pages, as any module script does.',
    '',
    ...all.flatMap((lesson) => [
      `## ${lesson.title}`,
      '',
      `${lesson.about} <a href="../studio/index.html#lesson=${lesson.id}">Open it.</a>`,
      '',
      ...lesson.steps.map(({ text, notice }, i) => `${i + 1}. ${text} *${notice}*`),
      '',
    ]),
  ].join('\n');
}
