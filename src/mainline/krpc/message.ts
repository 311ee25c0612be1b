/**
 * Reading a KRPC message (BEP 5 "KRPC Protocol") where it lies. One datagram is one dictionary:
 *
 *     d1:ad2:id20:…6:target20:…e 1:q9:find_node 1:t2:aa 1:v4:… 1:y1:qe        query
 *     d2:ip6:… 1:rd2:id20:…5:nodes208:…5:token8:…e 1:t2:aa 1:y1:re             reply
 *     d1:eli203e14:Protocol Errore 1:t2:aa 1:y1:ee                              error
 *
 * A `Message` is used again for every datagram and says where its fields are (fields.ts). Fields of
 * BEP 32, 33, 43 are read too; what is unknown is passed over, so newer messages of others stay
 * readable.
 */
import { Scanner, Token } from './bencode.ts';
import { Kind, Malformed, MessageFields, Method, Want, WRONG_TYPE } from './fields.ts';
import { readNodesReply, readQuery } from './layouts.ts';
import { BROKEN, readId, readInteger, readString, spells } from './reading.ts';
import { StorageFields } from './storage-fields.ts';

/** `d1:y1:qe` with a transaction id is longer than this; what is shorter cannot be answered. */
const MIN_BYTES = 12;
/** The longest transaction id echoed: a reply with it and everything else stays within 1024 bytes. */
const MAX_TRANSACTION_BYTES = 512;

export class Message extends MessageFields {
  readonly #scanner = new Scanner();
  /** What is said of things stored (BEP 33, 44, 51). */
  readonly storage: StorageFields = new StorageFields();

  /** Reads `bytes[start, end)`, which must stay as they are while the message is looked at. */
  read(bytes: Uint8Array, start: number, end: number): Malformed {
    this.reset(bytes, start, end);
    this.storage.reset();
    if (end - start < MIN_BYTES) return Malformed.tooShort;
    if (this.#isFamiliar(bytes, start)) return Malformed.fine;
    return this.#parse(bytes, start, end);
  }

  /** What lookups consist of need not be parsed (layouts.ts). */
  #isFamiliar(bytes: Uint8Array, start: number): boolean {
    if (readQuery(this, bytes, start)) return true;
    if (!readNodesReply(this, bytes, start)) return false;
    this.kind = Kind.reply;
    return true;
  }

  #parse(bytes: Uint8Array, start: number, end: number): Malformed {
    const scanner = this.#scanner;
    scanner.begin(bytes, start, end);
    if (!scanner.take(Token.dictionary)) return Malformed.notDictionary;
    while (!scanner.take(Token.end)) {
      if (!scanner.string() || !this.#topLevel(scanner)) return Malformed.notBencode;
    }
    if (this.transactionStart <= 0 || this.transactionLength > MAX_TRANSACTION_BYTES) {
      return Malformed.noTransaction;
    }
    return this.kind === 0 ? Malformed.noKind : Malformed.fine;
  }

  /** Offset of the first string of `peerBytes` bytes (a compact peer: 6 or 18) in `values`, or -1. */
  firstPeer(peerBytes: number): number {
    this.#scanner.begin(this.bytes, this.valuesStart, this.valuesEnd);
    return this.nextPeer(peerBytes);
  }

  /** The one after it, or -1. Strings of other lengths and other values are passed over. */
  nextPeer(peerBytes: number): number {
    const scanner = this.#scanner;
    while (scanner.position < this.valuesEnd) {
      const start = readString(scanner);
      if (start === BROKEN) return -1;
      if (start > 0 && scanner.contentEnd - start === peerBytes) return start;
    }
    return -1;
  }

  /** Offsets of the strings of so many bytes in the list `peers`. */
  *signedPeers(peerBytes: number): Generator<number> {
    const scanner = this.#scanner;
    const { peersStart, peersEnd } = this.storage;
    scanner.begin(this.bytes, peersStart, peersEnd);
    while (scanner.position < peersEnd) {
      const start = readString(scanner);
      if (start === BROKEN) return;
      if (start > 0 && scanner.contentEnd - start === peerBytes) yield start;
    }
  }

  #topLevel(scanner: Scanner): boolean {
    const key = scanner.contentStart;
    const length = scanner.contentEnd - key;
    const first = scanner.bytes[key];
    if (length === 1) {
      switch (first) {
        case 0x61: // a: arguments
        case 0x72: // r: return values
          return scanner.take(Token.dictionary) ? this.#body(scanner) : scanner.skip();
        case 0x65: // e
          return this.#error(scanner);
        case 0x71: // q
          return this.#method(scanner);
        case 0x74: // t
          return this.#transaction(scanner);
        case 0x76: // v
          return this.#version(scanner);
        case 0x79: // y
          return this.#kind(scanner);
      }
    } else if (length === 2) {
      const second = scanner.bytes[key + 1];
      if (first === 0x69 && second === 0x70) return this.#ip(scanner);
      if (first === 0x72 && second === 0x6f) return this.#readOnly(scanner);
    }
    return scanner.skip();
  }

  #body(scanner: Scanner): boolean {
    while (!scanner.take(Token.end)) {
      if (!scanner.string() || !this.#bodyField(scanner)) return false;
    }
    return true;
  }

  #bodyField(scanner: Scanner): boolean {
    const key = scanner.contentStart;
    const length = scanner.contentEnd - key;
    switch (length) {
      case 2:
        if (!spells(scanner, key, 'id')) break;
        this.idStart = readId(scanner);
        return this.idStart !== BROKEN;
      case 4:
        if (spells(scanner, key, 'port')) return (this.port = readInteger(scanner)) !== BROKEN;
        if (spells(scanner, key, 'seed')) return (this.seed = readInteger(scanner)) !== BROKEN;
        if (spells(scanner, key, 'want')) return this.#wanted(scanner);
        break;
      case 5:
        if (spells(scanner, key, 'nodes')) return this.#nodes(scanner);
        if (spells(scanner, key, 'token')) return this.#token(scanner);
        break;
      case 6:
        if (spells(scanner, key, 'target')) {
          this.targetStart = readId(scanner);
          return this.targetStart !== BROKEN;
        }
        if (spells(scanner, key, 'values')) return this.#values(scanner);
        if (spells(scanner, key, 'nodes6')) return this.#nodes6(scanner);
        if (spells(scanner, key, 'noseed')) return (this.noSeed = readInteger(scanner)) !== BROKEN;
        if (spells(scanner, key, 'scrape')) return (this.scrape = readInteger(scanner)) !== BROKEN;
        break;
      case 9:
        if (!spells(scanner, key, 'info_hash')) break;
        this.infoHashStart = readId(scanner);
        return this.infoHashStart !== BROKEN;
      case 12:
        if (!spells(scanner, key, 'implied_port')) break;
        return (this.impliedPort = readInteger(scanner)) !== BROKEN;
    }
    return this.storage.read(scanner, key, length);
  }

  #method(scanner: Scanner): boolean {
    this.methodStart = readString(scanner);
    if (this.methodStart === BROKEN) return false;
    if (this.methodStart === WRONG_TYPE) return true;
    this.methodLength = scanner.contentEnd - this.methodStart;
    this.method = methodOf(scanner, this.methodStart, this.methodLength);
    return true;
  }

  #kind(scanner: Scanner): boolean {
    const start = readString(scanner);
    if (start > 0 && scanner.contentEnd - start === 1) {
      const code = scanner.bytes[start];
      this.kind = code === 0x71 ? Kind.query : code === 0x72 ? Kind.reply : 0;
      if (code === 0x65) this.kind = Kind.error;
    }
    return start !== BROKEN;
  }

  #transaction(scanner: Scanner): boolean {
    this.transactionStart = readString(scanner);
    this.transactionLength = scanner.contentEnd - this.transactionStart;
    return this.transactionStart !== BROKEN;
  }

  #version(scanner: Scanner): boolean {
    this.versionStart = readString(scanner);
    this.versionLength = scanner.contentEnd - this.versionStart;
    return this.versionStart !== BROKEN;
  }

  #ip(scanner: Scanner): boolean {
    this.ipStart = readString(scanner);
    this.ipLength = scanner.contentEnd - this.ipStart;
    return this.ipStart !== BROKEN;
  }

  #token(scanner: Scanner): boolean {
    this.tokenStart = readString(scanner);
    this.tokenLength = scanner.contentEnd - this.tokenStart;
    return this.tokenStart !== BROKEN;
  }

  #nodes(scanner: Scanner): boolean {
    this.nodesStart = readString(scanner);
    this.nodesLength = scanner.contentEnd - this.nodesStart;
    return this.nodesStart !== BROKEN;
  }

  #nodes6(scanner: Scanner): boolean {
    this.nodes6Start = readString(scanner);
    this.nodes6Length = scanner.contentEnd - this.nodes6Start;
    return this.nodes6Start !== BROKEN;
  }

  #readOnly(scanner: Scanner): boolean {
    const value = readInteger(scanner);
    this.readOnly = value === 1;
    return value !== BROKEN;
  }

  #values(scanner: Scanner): boolean {
    if (scanner.peek() !== Token.list) {
      this.valuesStart = WRONG_TYPE;
      return scanner.skip();
    }
    const start = scanner.position + 1;
    if (!scanner.skipStrings()) return false;
    this.valuesStart = start;
    this.valuesEnd = scanner.position - 1;
    return true;
  }

  /** `want` that is no list, and strings in it that nobody knows, are ignored (BEP 32). */
  #wanted(scanner: Scanner): boolean {
    if (!scanner.take(Token.list)) return scanner.skip();
    while (!scanner.take(Token.end)) {
      const start = readString(scanner);
      if (start === BROKEN) return false;
      if (start === WRONG_TYPE || scanner.contentEnd - start !== 2) continue;
      if (spells(scanner, start, 'n4')) this.want |= Want.n4;
      if (spells(scanner, start, 'n6')) this.want |= Want.n6;
    }
    return true;
  }

  /** `e` should be a list of code and text; clients are known to send less, which is no harm. */
  #error(scanner: Scanner): boolean {
    if (!scanner.take(Token.list)) return scanner.skip();
    for (let item = 0; !scanner.take(Token.end); item++) {
      if (item === 0) {
        const code = readInteger(scanner);
        if (code === BROKEN) return false;
        this.errorCode = code || 0;
      } else if (item === 1) {
        this.errorTextStart = readString(scanner);
        this.errorTextLength = scanner.contentEnd - this.errorTextStart;
        if (this.errorTextStart === BROKEN) return false;
      } else if (!scanner.skip()) {
        return false;
      }
    }
    return true;
  }
}

function methodOf(scanner: Scanner, start: number, length: number): Method {
  if (length === 4 && spells(scanner, start, 'ping')) return Method.ping;
  if (length === 9 && spells(scanner, start, 'find_node')) return Method.findNode;
  if (length === 9 && spells(scanner, start, 'get_peers')) return Method.getPeers;
  if (length === 13 && spells(scanner, start, 'announce_peer')) return Method.announcePeer;
  if (length === 3 && spells(scanner, start, 'get')) return Method.get;
  if (length === 3 && spells(scanner, start, 'put')) return Method.put;
  if (length === 17 && spells(scanner, start, 'sample_infohashes')) return Method.sampleInfohashes;
  if (length === 16 && spells(scanner, start, 'get_signed_peers')) return Method.getSignedPeers;
  if (length === 20 && spells(scanner, start, 'announce_signed_peer'))
    return Method.announceSignedPeer;
  return Method.unknown;
}
