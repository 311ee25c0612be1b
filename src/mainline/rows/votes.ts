/**
 * A vote on our own address. Whoever runs many nodes mostly has few networks, so not nodes have voices
 * but networks, each its latest; the voice heard longest ago gives way to a new one.
 */
import { type Address, ipOf } from '../../core/address.ts';

/** Networks whose voices are kept: an attacker needs more than half of them. */
export const VOICES = 32;
/** So many networks have to agree at least. One liar, or the first few whom we ask, decide nothing. */
export const VOICES_NEEDED = 4;
/** A voice counts for so long: after a change of our address the old ones are soon outvoted. */
export const VOICE_MS: number = 30 * 60_000;
/** One voice for an IP weighs more than all for a port. */
const PORT_WEIGHT = VOICES + 1;

export class Votes {
  /** What the networks agree on, with the port that most of them see; 0 while they do not. */
  address: Address = 0;
  readonly #networks = new Float64Array(VOICES).fill(-1);
  readonly #said = new Float64Array(VOICES);
  readonly #heardAtMs = new Float64Array(VOICES).fill(-Infinity);

  /** A network says that we are at `said`. True when it is not what this network said before. */
  hear(now: number, network: number, said: Address): boolean {
    const voice = this.#voiceOf(network);
    const isNews = this.#networks[voice] !== network || this.#said[voice] !== said;
    this.#networks[voice] = network;
    this.#said[voice] = said;
    this.#heardAtMs[voice] = now;
    if (isNews) this.#count(now);
    return isNews;
  }

  /** The voice of a network, or that which was heard longest ago. */
  #voiceOf(network: number): number {
    let oldest = 0;
    for (let voice = 0; voice < VOICES; voice++) {
      if (this.#networks[voice] === network) return voice;
      if (this.#heardAtMs[voice] < this.#heardAtMs[oldest]) oldest = voice;
    }
    return oldest;
  }

  /** More than half of those that count decide on an IP, the most of these on its port. */
  #count(now: number): void {
    let counting = 0;
    let most = 0;
    let winner = 0;
    for (let voice = 0; voice < VOICES; voice++) {
      if (!this.#counts(voice, now)) continue;
      counting++;
      const agreeing = this.#agreeing(now, this.#said[voice]);
      if (agreeing <= most) continue;
      most = agreeing;
      winner = this.#said[voice];
    }
    const isDecided = most >= VOICES_NEEDED * PORT_WEIGHT && most > (counting / 2) * PORT_WEIGHT;
    if (isDecided) this.address = winner;
  }

  /** Voices for the IP of an address, and among equals those for its port. */
  #agreeing(now: number, said: Address): number {
    let ips = 0;
    let ports = 0;
    for (let voice = 0; voice < VOICES; voice++) {
      if (!this.#counts(voice, now) || ipOf(this.#said[voice]) !== ipOf(said)) continue;
      ips++;
      if (this.#said[voice] === said) ports++;
    }
    return ips * PORT_WEIGHT + ports;
  }

  #counts(voice: number, now: number): boolean {
    return this.#networks[voice] >= 0 && this.#heardAtMs[voice] + VOICE_MS > now;
  }
}
