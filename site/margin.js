/* What the pages do beside TypeDoc's own script. */

// The margin of somebody who comes for the first time: what is to be read is open, the rest is folded.
try {
  for (const group of ['Begin here', 'Guides', 'Good to know']) {
    // The name under which TypeDoc remembers what was opened.
    const name = `tsd-accordion-${group}`;
    if (localStorage.getItem(name) === null) localStorage.setItem(name, 'true');
  }
} catch {
  // Where nothing may be remembered all is folded.
}

// Module scripts, and so lessons, are not loaded from files: who opened the pages as such is told, not shown an empty frame.
if (location.protocol === 'file:') {
  for (const frame of document.querySelectorAll('.lesson iframe')) {
    const hint = document.createElement('p');
    hint.textContent =
      'This lesson needs a web server in front of these pages, any will do. Or run: npx ringlight studio';
    frame.replaceWith(hint);
  }
}
