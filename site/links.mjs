/**
 * Looks for links that lead nowhere: in every page of a folder, whatever is linked, shown or loaded from
 * the same folder has to be there, and the place that a `#` names, too. Nothing is asked for over the
 * network: links that leave the folder are counted, no more.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** @typedef {{ links: Set<string>, places: Set<string> }} Page */

const LINK = /<(?:a|img|link|script|iframe|source)\b[^>]*?\b(?:href|src)="([^"]*)"/g;
const PLACE = /\b(?:id|name)="([^"]*)"/g;

/** @param {string} text */
const plain = (text) =>
  text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');

/** @param {string} html @returns {Page} */
function pageOf(html) {
  // What stands in code is text.
  const shown = html.replace(/<!--[\s\S]*?-->/g, '');
  const all = (/** @type {RegExp} */ pattern) =>
    new Set([...shown.matchAll(pattern)].map(([, value]) => plain(value)));
  return { links: all(LINK), places: all(PLACE) };
}

/**
 * @param {string} folder
 * @param {{ opaque?: readonly string[] }} [options] pages whose places are made by script
 * @returns {{ pages: number, checked: number, outside: number, dead: string[] }}
 */
export function deadLinks(folder, { opaque = [] } = {}) {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.html'));
  const pages = new Map(
    files.map((name) => [name, pageOf(readFileSync(join(folder, name), 'utf8'))]),
  );
  const report = { pages: pages.size, checked: 0, outside: 0, dead: /** @type {string[]} */ ([]) };
  for (const [name, { links }] of pages) {
    for (const link of links) {
      if (/^(?:https?:|mailto:|data:)/.test(link)) report.outside++;
      else {
        report.checked++;
        if (!leads(name, link)) report.dead.push(`${name} ─▶ ${link}`);
      }
    }
  }
  return report;

  /** @param {string} from @param {string} link */
  function leads(from, link) {
    const [path = '', place = ''] = link.split('#');
    const name =
      path === '' ? from : relative('/', join('/', dirname(from), decodeURIComponent(path)));
    const target = join(folder, name);
    if (path.startsWith('/') || !existsSync(target) || statSync(target).isDirectory()) return false;
    if (place === '' || opaque.includes(name)) return true;
    return pages.get(name)?.places.has(decodeURIComponent(place)) ?? false;
  }
}
