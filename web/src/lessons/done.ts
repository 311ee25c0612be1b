/** Which lessons were played to their ends: kept by the browser, for this visitor alone. */
const NAME = 'ringlight-lessons';

/** More than there will ever be lessons: what else is kept under the name is not ours. */
const KEPT_MAX = 200;

export function lessonsDone(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    if (!Array.isArray(kept)) return new Set();
    const ids = kept.filter((id): id is string => typeof id === 'string');
    return new Set(ids.slice(0, KEPT_MAX));
  } catch {
    return new Set(); // a browser that keeps nothing for this page
  }
}

export function rememberDone(ids: ReadonlySet<string>): void {
  try {
    localStorage.setItem(NAME, JSON.stringify([...ids]));
  } catch {
    // It is shown all the same, and forgotten with the page.
  }
}
