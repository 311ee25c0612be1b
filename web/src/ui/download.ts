/** Hands a text over to the viewer as a file: tables as CSV, charts as SVG. Nothing leaves the page. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The click has begun the download; the address may go once the browser has had time to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
