import { expect, test } from 'vitest';
import { describe as described } from '../../src/service/description.ts';
import { withHttp } from './http-ring.ts';

test('what is described is there, and answers what is described', async () => {
  await withHttp(async (url, ring) => {
    await ring.store('a', 'x');
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    };
    expect(document).toEqual(
      described((document as never as { info: { version: string } }).info.version),
    );
    for (const [path, operations] of Object.entries(document.paths)) {
      if (operations['get'] === undefined || path === '/changes') continue;
      const response = await fetch(url + path.replace('{name}', 'a'));
      expect(Object.keys(operations['get'].responses), path).toContain(String(response.status));
    }
  });
});
