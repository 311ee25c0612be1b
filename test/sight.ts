/**
 * What people see of a colour, also those who see fewer: deuteranopia, protanopia and tritanopia, by the
 * matrices of Machado, Oliveira and Fernandes (2009) for full severity.
 *
 *     #2f7fc1 ─▶ linear light ── sight ─▶ luminance ─▶ contrast    WCAG 2.2: 1 to 21
 *                                     └─▶ CIELAB ───▶ distance     about 2 can just be told apart side by side
 */

type Three = readonly [number, number, number];
/** What is left of linear red, green and blue. */
export type Sight = readonly [Three, Three, Three];

const ALL: Sight = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export const SIGHTS = {
  'all colours': ALL,
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const satisfies Readonly<Record<string, Sight>>;

/** Linear light of `#rrggbb` as it is seen, each part from 0 to 1. */
function lightOf(colour: string, sight: Sight): Three {
  const light = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return sight.map((row) => {
    const seen = row.reduce((sum, share, i) => sum + share * light[i]!, 0);
    return Math.min(1, Math.max(0, seen));
  }) as unknown as Three;
}

function luminanceOf(colour: string, sight: Sight): number {
  const [r, g, b] = lightOf(colour, sight);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours by WCAG 2.2, from 1 to 21. */
export function contrast(a: string, b: string, sight: Sight = ALL): number {
  const [one, other] = [luminanceOf(a, sight), luminanceOf(b, sight)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** In CIELAB under D65. */
function labOf(colour: string, sight: Sight): Three {
  const [r, g, b] = lightOf(colour, sight);
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
  ].map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29)) as unknown as Three;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How far two colours lie apart in CIELAB. */
export function distance(a: string, b: string, sight: Sight): number {
  const [one, other] = [labOf(a, sight), labOf(b, sight)];
  return Math.hypot(...one.map((part, i) => part - other[i]!));
}
