/**
 * The JSON Schema of a recording's lines, in docs/recording.schema.json: made from the schemas that lines are
 * read by, and held against what is written. When it is meant to be another: `npx vitest run -u` with this file.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { columnNameOf } from '../../../src/scene/protocol/columns.ts';
import { SceneMessage } from '../../../src/scene/protocol/messages.ts';
import { lineOfMessage, messageOfLine } from '../../../src/scene/recording/recording.ts';
import { SAMPLES } from '../samples.ts';

const FILE = new URL('../../../docs/recording.schema.json', import.meta.url);

/** What concerns a viewer's moment only is in no recording. */
const PASSING = new Set(['busy', 'explanation']);

function schemaOf(): object {
  const schema = z.toJSONSchema(SceneMessage as never, {
    unrepresentable: 'any',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const name = columnNameOf(zodSchema);
      if (name === undefined) return;
      Object.assign(jsonSchema, {
        type: 'object',
        properties: { [name]: { type: 'string', contentEncoding: 'base64' } },
        required: [name],
      });
    },
  }) as unknown as { oneOf: { properties: { type: { const: string } } }[] };
  return {
    ...schema,
    title: 'A line of a Ringlight recording, but for the first',
    oneOf: schema.oneOf.filter(({ properties }) => !PASSING.has(properties.type.const)),
  };
}

test('the schema that is told is the one that lines are read by', async () => {
  const text = `${JSON.stringify(schemaOf(), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot(FILE.pathname);
});

test('every kind of message is in it, and a line of each is read', () => {
  const { oneOf } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    oneOf: { properties: { type: { const: string } }; required: string[] }[];
  };
  const kinds = new Map(oneOf.map((one) => [one.properties.type.const, one]));
  const recorded = SAMPLES.filter(({ type }) => !PASSING.has(type));
  for (const sample of recorded) {
    const line = JSON.parse(lineOfMessage(sample)) as Record<string, unknown>;
    for (const field of kinds.get(sample.type)!.required) expect(line).toHaveProperty(field);
    expect(messageOfLine(JSON.stringify(line))).toEqual(sample);
  }
  expect(new Set(recorded.map(({ type }) => type))).toEqual(new Set(kinds.keys()));
});
