/** The npm package has no types of its own: what the tests use of it. */
declare module 'bencode' {
  const bencode: {
    encode(value: unknown): Uint8Array;
    // biome-ignore lint/suspicious/noExplicitAny: a tree of whatever was encoded.
    decode(bytes: Uint8Array): any;
  };
  export default bencode;
}
