/** Counters as Prometheus reads them: every number once, with a type, whoever it is of. */
import { expect, test } from 'vitest';
import { metricsText } from '../../src/api/metrics.ts';
import { createLab } from '../../src/lab.ts';
import { openMainline } from '../../src/mainline.ts';
import { connectRing, openRing } from '../../src/ring.ts';
import { createRingTestnet } from '../../src/testnet.ts';

/** As the format has it, for text as we write it: help for some, a type, then all samples of that name. */
function check(text: string): void {
  const seen = new Set<string>();
  let name = '';
  let helped = '';
  for (const line of text.trimEnd().split('\n')) {
    const help = /^# HELP (\w+) \S.*\.$/.exec(line);
    if (help) {
      helped = help[1];
      continue;
    }
    const type = /^# TYPE (\w+) (counter|gauge)$/.exec(line);
    if (type) {
      name = type[1];
      expect(seen.has(name), name).toBe(false);
      if (helped !== '') expect(helped).toBe(name);
      helped = '';
      seen.add(name);
      expect(name.endsWith('_total'), name).toBe(type[2] === 'counter');
    } else {
      expect(line).toMatch(
        /^ringlight_(?:mainline|ring|lab)_[a-z_\d]+(?:\{(?:[a-z]+="[^"]*",?)+\})? -?[\d.e+-]+$/,
      );
      expect(line.startsWith(`${name}{`) || line.startsWith(`${name} `), line).toBe(true);
    }
  }
  expect(seen.size).toBeGreaterThan(4);
}

test('groups become labels, text is left out, samples of one name stand together', () => {
  const stats = (count: number) => ({
    id: 'abc',
    port: 6881,
    table: { kind: 'flat', size: count },
    in: { queries: { findNode: count }, dropped: { 'own-id': 0 } },
    waits: Number.NaN,
  });
  const text = metricsText('mainline', [
    { stats: stats(1), labels: { node: '127.0.0.1:1' } },
    { stats: stats(2), labels: { node: 'a "quoted"\n\\name' } },
  ]);
  expect(text).toBe(
    [
      '# TYPE ringlight_mainline_table_size gauge',
      'ringlight_mainline_table_size{node="127.0.0.1:1"} 1',
      'ringlight_mainline_table_size{node="a \\"quoted\\"\\n\\\\name"} 2',
      '# TYPE ringlight_mainline_in_queries_total counter',
      'ringlight_mainline_in_queries_total{node="127.0.0.1:1",method="find_node"} 1',
      'ringlight_mainline_in_queries_total{node="a \\"quoted\\"\\n\\\\name",method="find_node"} 2',
      '# TYPE ringlight_mainline_in_dropped_total counter',
      'ringlight_mainline_in_dropped_total{node="127.0.0.1:1",reason="own_id"} 0',
      'ringlight_mainline_in_dropped_total{node="a \\"quoted\\"\\n\\\\name",reason="own_id"} 0',
      '',
    ].join('\n'),
  );
});

test('a member shows its epochs, the clocks of others, its incarnation and what copies are missing', async () => {
  await using ring = await createRingTestnet({ nodes: 3, k: 2, identities: 2 });
  const [one, two] = ring.nodes;
  check(one.metricsText());
  const info = one.info();
  for (const { address, title } of info.identities) {
    expect(one.stats.epoch?.[address]).toBe(title!.epoch);
    expect(one.metricsText()).toContain(
      `\nringlight_ring_epoch{identity="${address}"} ${title!.epoch}\n`,
    );
  }
  const { incarnation } = info;
  expect(two.info().incarnation).not.toBe(incarnation);
  expect(one.metricsText()).toContain(
    `# TYPE ringlight_ring_incarnation_info gauge\nringlight_ring_incarnation_info{incarnation="${incarnation}"} 1\n`,
  );
  expect(one.metricsText()).toContain('\nringlight_ring_copies_missing 0\n');
  const [, offset] = new RegExp(
    `^ringlight_ring_clock_offset_seconds\\{member="${two.addresses[0]}"\\} (\\S+)$`,
    'm',
  ).exec(one.metricsText())!;
  expect(Math.abs(Number(offset))).toBeLessThan(5); // One process, one clock: what a greeting takes.
  check(ring.metricsText());

  await ring.nodes[2].close();
  await expect
    .poll(() => one.metricsText(), { timeout: 20_000 })
    .toMatch(/\nringlight_ring_copies_missing [1-9]\d*\n/);
}, 40_000);

test('nodes, members, clients and labs have them', async () => {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false });
  check(node.metricsText());
  expect(node.metricsText()).toContain('\nringlight_mainline_table_size 0\n');

  await using ring = await openRing();
  await ring.ready();
  await using client = await connectRing(ring.addresses[0]);
  await client.insert('a', 'b');
  check(ring.metricsText());
  check(client.metricsText());
  expect(ring.metricsText()).toContain('\nringlight_ring_records 1\n');
  expect(ring.metricsText()).toContain('\nringlight_ring_writes_total 1\n');
  expect(client.metricsText()).not.toContain('effective_k');

  const lab = createLab({ seed: 1, nodes: 50 });
  await lab.nodes[3].findNode('ab'.repeat(20));
  check(lab.metricsText());
  expect(lab.metricsText()).toContain('\nringlight_lab_lookups_count_total 1\n');
  check(createLab({ overlay: 'ring', nodes: 4 }).metricsText());
});
