/**
 * Properties draw other examples in each run. A CI draws them from the hash of the commit instead
 * (RINGLIGHT_SEEDS_FROM): nobody chose them, another commit has others, and what turned red there can
 * be repeated by anybody who has the commit. Eight hexadecimal digits are a seed of 32 bits.
 */
const commit = process.env['RINGLIGHT_SEEDS_FROM'];
if (commit !== undefined) {
  const seed = Number.parseInt(commit.slice(0, 8), 16);
  if (Number.isNaN(seed)) {
    throw new RangeError(`RINGLIGHT_SEEDS_FROM expected a commit's hash, got ${commit}`);
  }
  // Asked for here only: each file of tests would wait for it, and most draw nothing.
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ seed: seed | 0 });
}
