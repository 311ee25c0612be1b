/** An array of `count` things of which only those that are looked at are made: a lab may have millions. */
export function lazyList<T>(count: number, make: (number: number) => T): readonly T[] {
  const made = new Map<number, T>();
  return new Proxy([] as T[], {
    get(target, key, receiver) {
      if (key === 'length') return count;
      const number = typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : -1;
      if (number < 0) return Reflect.get(target, key, receiver);
      if (number >= count) return undefined;
      const known = made.get(number) ?? make(number);
      made.set(number, known);
      return known;
    },
    has: (target, key) =>
      typeof key === 'string' && /^\d+$/.test(key) ? Number(key) < count : Reflect.has(target, key),
  });
}
