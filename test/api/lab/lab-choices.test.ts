import { expect, test } from 'vitest';
import { checkPlaces, networkOf, selectionOf } from '../../../src/api/lab/lab-choices.ts';

test('whom: numbers or one selection, each within the world', () => {
  expect(selectionOf([3, 1], 5)).toEqual({ nodes: [3, 1] });
  expect(selectionOf([{ share: 0.5 }], 5)).toEqual({ share: 0.5 });
  expect(() => selectionOf([5], 5)).toThrow('"node" expected a whole number in 0..4');
  expect(() => selectionOf([{ last: 5 }], 5)).toThrow('"whom.last"');
});

test('the network: latency and loss by themselves, or all in one, not both', () => {
  expect(networkOf({})).toEqual({ latency: { kind: 'king' }, loss: 0 });
  const constant = { kind: 'constant', ms: 5 } as const;
  expect(networkOf({ latency: constant, loss: 0.1 })).toEqual({ latency: constant, loss: 0.1 });
  const network = { latency: constant };
  expect(networkOf({ network })).toBe(network);
  expect(() => networkOf({ network, loss: 0.1 })).toThrow('"loss" belongs into "network"');
  expect(() => networkOf({ loss: 2 })).toThrow('"loss"');
});

test('what stands beside the option that it belongs into is told', () => {
  expect(() => checkPlaces({ alpha: 3 }, 'node', ['alpha'])).toThrow('it belongs into "node"');
  expect(() => checkPlaces({ seed: 3 }, 'node', ['alpha'])).not.toThrow();
});
