/** A canvas that draws nothing and remembers what was asked of it: the names of all calls, in order. */
export interface Recorded {
  canvas: HTMLCanvasElement;
  /** Of all canvases that this one made, too. */
  calls: string[];
  texts: string[];
}

export function recordingCanvas(): Recorded {
  const calls: string[] = [];
  const texts: string[] = [];
  const make = (): HTMLCanvasElement => {
    const canvas = {
      width: 1,
      height: 1,
      ownerDocument: { createElement: () => make() },
      getContext: () => context,
    } as unknown as HTMLCanvasElement;
    const fields: Record<string, unknown> = { canvas };
    const context = new Proxy(fields, {
      get(target, name: string) {
        if (name in target) return target[name];
        return (...args: unknown[]) => {
          calls.push(name);
          if (name === 'fillText') texts.push(String(args[0]));
          for (const arg of args) {
            if (typeof arg === 'number' && Number.isNaN(arg)) throw new Error(`${name} got NaN`);
          }
          if (name === 'arc' && (args[2] as number) < 0) throw new Error('a negative radius');
          if (name === 'createImageData') {
            const [width, height] = args as [number, number];
            return { data: new Uint8ClampedArray(width * height * 4), width, height };
          }
          if (name === 'measureText') return { width: 6 * String(args[0]).length };
          if (name === 'createRadialGradient') return { addColorStop: () => {} };
          return undefined;
        };
      },
      set(target, name: string, value) {
        target[name] = value;
        return true;
      },
    });
    return canvas;
  };
  return { canvas: make(), calls, texts };
}
