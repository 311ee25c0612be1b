import { Command } from 'commander';
import { expect, test } from 'vitest';
import { researchCommands } from '../../../src/cli/mainline/research.ts';

test('each says what it is for and takes --json', () => {
  const group = new Command('mainline');
  researchCommands(group);
  for (const command of group.commands) {
    expect(command.description()).not.toBe('');
    expect(command.options.map(({ long }) => long)).toContain('--json');
  }
  expect(group.commands.map((command) => command.name())).toEqual(['tap', 'crawl', 'replay']);
});
