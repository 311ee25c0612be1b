/**
 * What the frames of our ring nodes mean, in a word and a sentence each: for people who see one for the
 * first time. How they are laid out stands in ring.ts.
 */
import { FRAME_TYPES_LAST, FrameType, Status } from '../../ring/frames.ts';

export interface FrameWord {
  kind: string;
  note: string;
  answered: string;
}

/** By type. */
export const FRAMES: { readonly [type: number]: FrameWord } = {
  [FrameType.hello]: {
    kind: 'hello',
    note: 'Who I say that I am: my rights, my ring, my data, all identities of my process. What of it counts is what others find when they dial me.',
    answered: 'Refused: a ring that keeps backups and one that keeps none do not mix.',
  },
  [FrameType.owner]: {
    kind: 'owns',
    note: 'Do you own this key? If not, who do you know that is closer before it?',
    answered: 'The owner names itself and where its arc ends, or others that are closer.',
  },
  [FrameType.get]: {
    kind: 'get',
    note: 'Give me the value of this key, if you own it; if not, name somebody closer.',
    answered: 'The value, or that there is none, or who is closer to the key.',
  },
  [FrameType.put]: {
    kind: 'put',
    note: 'Keep this value under this key, if you own it; the level says how many durable copies to wait for.',
    answered: 'How the write went, and on how many durable copies it is.',
  },
  [FrameType.remove]: {
    kind: 'remove',
    note: 'Forget this key, if you own it: a tombstone takes the place of its value, so that no old copy brings it back.',
    answered: 'How the delete went, and on how many durable copies it is.',
  },
  [FrameType.replicate]: {
    kind: 'replicate',
    note: 'The owner sends records to a backup, which answers when they are durable.',
    answered: 'The records are durable here, or they are not.',
  },
  [FrameType.neighbours]: {
    kind: 'stabilise',
    note: 'My lists of neighbours for yours: stabilise, rectify and a sign of life in one.',
    answered: 'The other side’s lists, from which the asker learns who has come between them.',
  },
  [FrameType.pulse]: {
    kind: 'pulse',
    note: 'Are you there, and still a member? Asked of neighbours, so that a death is found soon.',
    answered: 'Yes; or there is somebody, but it is no member of the ring.',
  },
  [FrameType.indirect]: {
    kind: 'indirect pulse',
    note: 'I do not hear that member: can you? Asked of two others before somebody is given up, for it may be my line that is broken.',
    answered: 'Whether the member answers, seen from here.',
  },
  [FrameType.join]: {
    kind: 'join',
    note: 'I want to stand inside your arc: hand over the part of it that will be mine.',
    answered: 'Accepted: records follow, and then the switch; or it is somebody else’s arc.',
  },
  [FrameType.switch]: {
    kind: 'switch',
    note: 'The joiner owns its arc from this byte on: all its records have been sent.',
    answered: 'The joiner has taken its arc, or it does not want it any more.',
  },
  [FrameType.leave]: {
    kind: 'leave',
    note: 'I am going: will you, my predecessor, take my arc?',
    answered: 'The predecessor will take the arc; or it is no neighbour, or busy.',
  },
  [FrameType.inherit]: {
    kind: 'inherit',
    note: 'The predecessor owns the leaver’s arc from this byte on.',
    answered: 'The predecessor has taken the arc, or has refused it.',
  },
  [FrameType.digest]: {
    kind: 'digest',
    note: 'Do we hold the same between these two points? Compared by a digest, so that nothing is sent when nothing differs.',
    answered: 'The same; or a list of what is here; or digests of 16 parts, to look closer.',
  },
  [FrameType.fetch]: {
    kind: 'fetch',
    note: 'Send me the records of these keys: a comparison found that mine are older or missing.',
    answered: 'The records asked for, as many as fit.',
  },
  [FrameType.peek]: {
    kind: 'peek',
    note: 'Show me your copy of this record, whoever owns it: a read at quorum compares several.',
    answered: 'The copy that is here, or that there is none.',
  },
  [FrameType.info]: {
    kind: 'info',
    note: 'Tell all about yourself, as text.',
    answered: 'What the node knows of itself, as JSON.',
  },
  [FrameType.confirm]: {
    kind: 'confirm',
    note: 'Do you hold these, safely? Then I may drop mine: nothing is deleted before its owner has said so.',
    answered: 'One byte for each record: wanted, safe, not yet, or not mine.',
  },
  [FrameType.proof]: {
    kind: 'proof',
    note: 'I know the secret of the ring, too: a keyed hash of both greetings, good for this connection only.',
    answered: 'It is not answered.',
  },
  [FrameType.vouch]: {
    kind: 'vouch',
    note: 'Somebody says that he is you. Did you dial me, and say this nonce?',
    answered: 'Yes, it was me; or no, and the stranger is no member.',
  },
  [FrameType.working]: {
    kind: 'working',
    note: 'I am still at what you asked: a large value takes its time.',
    answered: 'It is not answered.',
  },
  [FrameType.act]: {
    kind: 'act',
    note: 'Look and change in one step: insert if it is absent, replace if it is that version, append, add.',
    answered: 'Done, or the condition was not met; and what came of it.',
  },
  [FrameType.query]: {
    kind: 'query',
    note: 'A part of a value, a list of keys from here on, or what has changed since I last asked.',
    answered: 'What was asked for, or that it is elsewhere.',
  },
  [FrameType.promise]: {
    kind: 'promise',
    note: 'Somebody wants to own an arc: take nothing lower there any more, and say what you know of it.',
    answered: 'Promised; or there is something higher already, which follows.',
  },
  [FrameType.accept]: {
    kind: 'accept',
    note: 'These are the titles of that arc now: who owns it, who keeps copies, who has a vote.',
    answered: 'Accepted; or there is something higher already, which follows.',
  },
  [FrameType.keep]: {
    kind: 'keep',
    note: 'Records written under a title: keep them, if you know of none that is higher.',
    answered: 'Kept and durable; or somebody else owns the arc by now.',
  },
  [FrameType.resign]: {
    kind: 'resign',
    note: 'I am about to leave: does a title of yours still name me?',
    answered: 'It does, or it does not any more.',
  },
  [FrameType.forget]: {
    kind: 'forget',
    note: 'An operator says that these members will not come back: is one of them alive? Then part from them.',
    answered:
      'Who of them is alive, or still named here; what is known of their arcs; and whom else to tell.',
  },
};

export const REPLIES: readonly string[] = words((kind) => `${kind} reply`);
export const REFUSALS: readonly string[] = words((kind) => `${kind} refused`);
/** A reply that names nodes closer to the key. */
export const CLOSER = 'closer nodes';
export const CLOSER_NOTE =
  'It is not mine, but these stand closer before the key: ask them, the closest first.';

/** The four words that all kinds of replies have, made once. */
function words(spell: (kind: string) => string): readonly string[] {
  return Array.from({ length: FRAME_TYPES_LAST + 1 }, (_, type) => spell(FRAMES[type]?.kind ?? ''));
}

export const STATUSES: { readonly [status: number]: string } = {
  [Status.ok]: 'ok',
  [Status.notOwner]: 'not the owner',
  [Status.tooFewCopies]: 'too few copies',
  [Status.storeFailed]: 'the store failed',
  [Status.tooLarge]: 'too large',
  [Status.busy]: 'busy',
  [Status.refused]: 'refused',
  [Status.notMember]: 'not a member',
  [Status.forbidden]: 'not permitted',
  [Status.unavailable]: 'too few electors',
  [Status.late]: 'too late',
  [Status.forgotten]: 'not remembered',
};

export const LISTS: { readonly [label: string]: string } = {
  identities: 'All places on the circle that this process stands at.',
  predecessors: 'Who stands before it, nearest first: they keep the backups of its arc.',
  successors: 'Who follows it, nearest first: if the first dies, the next takes its place.',
  known: 'Somebody it has met: so a ring that was split finds itself again.',
  candidates: 'Members closer to the key, the closest first: a dead one costs only one step back.',
};

export const VERDICTS: readonly string[] = [
  'wanted: I lack it',
  'safe: you may drop it',
  'not yet on all backups',
  'not mine',
];
/** Steps of forgetting a member. */
export const FORGETTING: readonly string[] = ['is it alive?', 'part from it', 'it is done'];
export const COMPARED: readonly string[] = [
  'the same',
  'a list of what is here',
  '16 parts to look closer',
];
