/* The margin of somebody who comes for the first time: what is to be read is open, the rest is folded. */
try {
  for (const group of ['Begin here', 'Guides', 'Good to know']) {
    // The name under which TypeDoc remembers what was opened.
    const name = `tsd-accordion-${group}`;
    if (localStorage.getItem(name) === null) localStorage.setItem(name, 'true');
  }
} catch {
  // Where nothing may be remembered all is folded.
}
