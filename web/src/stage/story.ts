/**
 * One line of text under the picture: what is selected, who owns it, and why. It says in words what
 * the colours say, for those who see the picture for the first time and those who do not see it.
 */
import { NodeState } from 'ringlight/scene';
import { type Camps, campsNow, otherBelievers } from '../model/camps.ts';
import { turnOfText } from '../model/ids.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { NOBODY } from '../model/scene-model.ts';
import { countText, nodesText, stateText } from '../model/words.ts';

export function tellStory(model: SceneModel, key: string | null, node: number): string {
  const hello = model.hello.value;
  if (!hello) return '';
  const isRing = hello.overlay === 'ring';
  if (key !== null)
    return isRing ? ringKey(model, key) + disputeOf(model, key) : infoHash(model, key);
  if (node >= 0) return isRing ? ringNode(model, node) : trieNode(model, node);
  const camps = campsNow(model);
  if (camps.list.length > 1) return campsText(model, camps);
  return isRing
    ? 'Each node owns the arc from its own hash, clockwise, up to the next node.'
    : 'A key lives on the nodes whose ids are closest to it by XOR: those that share its longest prefix.';
}

function ringKey(model: SceneModel, key: string): string {
  const seen = model.keys.get(key);
  const name = nameOf(seen?.name ?? null, key);
  if (!seen) return `${name} is not in this world yet.`;
  if (seen.state === 'removed') return `${name} was removed.`;
  if (seen.owner === NOBODY) return `${name} is owned by nobody: there is no node.`;
  const owner = model.nodeOf[seen.owner];
  const why = `${name} is owned by node ${owner}: it is the last node at or before the key`;
  if (seen.state === 'lost') return `${why}. No living node has a copy: it is lost.`;
  const backups = seen.holders.filter((holder) => holder !== owner && model.isMember(holder));
  if (backups.length === 0) return `${why}. There is no backup.`;
  const wanted = model.hello.value?.k ?? 0;
  const count = seen.effectiveK >= 0 ? `, ${countOf(seen.effectiveK, wanted)}` : '';
  return `${why}. Backups on the nodes before it${count}: ${listOf(backups)}.`;
}

/** Two rings that do not know of each other keep a key twice. */
const countOf = (count: number, wanted: number): string =>
  count > wanted ? `${count} where ${wanted} would do` : `${count} of ${wanted}`;

/** Those who take a key for their own, too, because they do not know of its owner. */
function disputeOf(model: SceneModel, key: string): string {
  const seen = model.keys.get(key);
  if (!seen || seen.owner < 0 || seen.state === 'removed') return '';
  const others = otherBelievers(model, campsNow(model), turnOfText(key), seen.owner);
  if (others.length === 0) return '';
  const who = nodesText(others.map((place) => model.nodeOf[place]));
  const rest = others.length === 1 ? 'takes it for its own' : 'take it for their own';
  return ` ${who.charAt(0).toUpperCase()}${who.slice(1)} ${rest}, too.`;
}

function campsText(model: SceneModel, { list }: Camps): string {
  const each = list.map(({ name, nodeCount }) => `${name}: ${countText(nodeCount, 'node')}`);
  const what = model.isSplit ? 'The network is cut' : 'The ring has split';
  const isRing = model.hello.value?.overlay === 'ring';
  const drawn = isRing ? ' Each circle has the arcs that its nodes take for theirs.' : '';
  return `${what} (${each.join(', ')}).${drawn}`;
}

function infoHash(model: SceneModel, key: string): string {
  const seen = model.keys.get(key);
  const name = nameOf(seen?.name ?? null, key);
  const holders = seen?.holders.filter((holder) => model.isMember(holder)) ?? [];
  if (holders.length === 0) return `${name}: no node knows of peers for it.`;
  return `${name} is kept by the nodes closest to it by XOR: ${listOf(holders)}.`;
}

function ringNode(model: SceneModel, node: number): string {
  const silence = silenceText(model, node);
  if (silence !== '') return silence;
  if (!model.isMember(node))
    return `Node ${node} is not on the ring: whoever is before it owns its arc.`;
  const places = model.placesOf(node);
  const members = model.sortedPlaces;
  const share = places.reduce((sum, place) => {
    const index = model.ownerIndex(model.turns[place]);
    const next = model.turns[members[(index + 1) % members.length]];
    const way = next - model.turns[place];
    return sum + (way <= 0 ? way + 1 : way);
  }, 0);
  const arcs = places.length === 1 ? 'an arc' : `${places.length} arcs`;
  return `Node ${node} owns ${arcs}, ${percent(Math.min(1, share))} of all keys: from its own hash up to the next node.`;
}

/** Of a live member that does not answer: what that means for its arc; '' of all others. */
function silenceText(model: SceneModel, node: number): string {
  const fate = model.stateOf[node] === NodeState.paused ? model.fateOf(node) : null;
  if (fate === null || fate.how === 'paused') return '';
  const what =
    fate.how === 'silent'
      ? 'is silent: it takes connections and answers nothing'
      : 'is cut off from here';
  const then = fate.isMissed
    ? 'The others have taken it for dead: whoever is before it owns its arc.'
    : 'The others still take it for the owner of its arc, so what lies there has to wait.';
  return `Node ${node} ${what}. ${then}`;
}

function trieNode(model: SceneModel, node: number): string {
  if (!model.isMember(node)) return `Node ${node} is not there.`;
  return `Node ${node} knows a few nodes of each subtree beside its path: one bucket for each.`;
}

function nameOf(name: string | null, key: string): string {
  return name === null ? key.slice(0, 8) : `“${name}”`;
}

/** More are counted, not named. */
const NAMED = 8;

function listOf(nodes: readonly number[]): string {
  const named = nodes.slice(0, NAMED).join(', ');
  return nodes.length > NAMED ? `${named} and ${nodes.length - NAMED} more` : named;
}

function percent(share: number): string {
  return share < 0.001 ? 'less than 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

/** A node in a few short lines, its number first. */
export function describeNode(model: SceneModel, node: number): string[] {
  const lines = [`Node ${node}`];
  const sybil = model.isSybil[node] === 1 ? ', an attacker’s' : '';
  lines.push(`${stateText(model, node)}${sybil}`);
  const places = model.placesOf(node);
  if (places.length > 1) lines.push(`${places.length} places`);
  else if (places.length === 1) lines.push(`${model.idText(places[0]).slice(0, 10)}…`);
  const load = model.loads[node];
  if (load > 0) lines.push(`${load.toLocaleString('en')} messages taken in`);
  return lines;
}
