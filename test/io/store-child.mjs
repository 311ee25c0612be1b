// A process that writes to a store until it is killed (`write`) or the disk is full (`fill`). It
// runs the built product, for a process of its own has no compiler.
import { openDiskStore } from '../../dist/io/disk-store.js';

const [mode, directory] = process.argv.slice(2);
const keyOf = (n) => {
  const key = new Uint8Array(20);
  new DataView(key.buffer).setUint32(0, n);
  return key;
};

/** Writes that may wait for their flush: a disk that is slow must not cost memory. */
const WAITING = 200;

let durable = 0;
const store = openDiskStore(directory, (token, error) => {
  if (error === null) process.stdout.write(`${token}\n`);
  else {
    process.stdout.write(`${JSON.stringify({ durable, error })}\n`);
    process.exit(0);
  }
  durable = token;
});
let written = mode === 'write' ? store.count : 0;
durable = written;

function more() {
  for (let i = 0; i < 20 && written < durable + WAITING; i++) {
    store.put(keyOf(++written), 0, new Uint8Array(1000).fill(written));
    if (i % 5 === 4 || written === durable + WAITING) store.flush(written);
  }
  setImmediate(more);
}
more();
