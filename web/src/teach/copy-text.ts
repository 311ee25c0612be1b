/** Text for other programs: on the clipboard where that is allowed. */

/** Was it copied? There is no clipboard without https or permission. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
