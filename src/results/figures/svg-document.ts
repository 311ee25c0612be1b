/**
 * The document that Observable Plot draws into: as much of the DOM as a plot of ours touches, and
 * nothing that a browser has beside it. A node is a name, attributes in the order in which they were
 * set, and children; what comes out is text.
 *
 *     createElementNS ─▶ SvgElement ── appendChild, setAttribute … ──▶ outerHTML
 */

const SVG = 'http://www.w3.org/2000/svg';

type Child = SvgElement | SvgText;

/** What lies in a tree: it knows where. */
class SvgNode {
  parentNode: SvgElement | null = null;
  readonly ownerDocument: SvgDocument;

  constructor(ownerDocument: SvgDocument) {
    this.ownerDocument = ownerDocument;
  }

  get nextSibling(): Child | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this as unknown as Child) + 1] ?? null;
  }

  remove(): void {
    this.parentNode?.removeChild(this as unknown as Child);
  }
}

class SvgText extends SvgNode {
  readonly nodeType = 3;
  textContent: string;

  constructor(ownerDocument: SvgDocument, text: string) {
    super(ownerDocument);
    this.textContent = text;
  }

  get outerHTML(): string {
    return escapedText(this.textContent);
  }
}

export class SvgElement extends SvgNode {
  readonly nodeType = 1;
  readonly namespaceURI: string = SVG;
  readonly tagName: string;
  readonly childNodes: Child[] = [];
  readonly #attributes = new Map<string, string>();

  constructor(ownerDocument: SvgDocument, tagName: string) {
    super(ownerDocument);
    this.tagName = tagName;
  }

  get firstChild(): Child | null {
    return this.childNodes[0] ?? null;
  }

  appendChild<T extends Child>(child: T): T {
    return this.insertBefore(child, null);
  }

  append(...children: (Child | string)[]): void {
    for (const child of children) {
      this.appendChild(
        typeof child === 'string' ? this.ownerDocument.createTextNode(child) : child,
      );
    }
  }

  insertBefore<T extends Child>(child: T, before: Child | null): T {
    child.remove();
    const at = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }

  removeChild<T extends Child>(child: T): T {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  setAttribute(name: string, value: unknown): void {
    this.#attributes.set(name, String(value));
  }

  setAttributeNS(_namespace: string | null, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }

  /** The first element below with this name; other selectors nobody needs here. */
  querySelector(tagName: string): SvgElement | null {
    for (const child of this.childNodes) {
      if (!(child instanceof SvgElement)) continue;
      const found = child.tagName === tagName ? child : child.querySelector(tagName);
      if (found) return found;
    }
    return null;
  }

  get textContent(): string {
    return this.childNodes.map((child) => child.textContent).join('');
  }

  set textContent(text: string) {
    for (const child of this.childNodes.splice(0)) child.parentNode = null;
    if (text !== '') this.appendChild(this.ownerDocument.createTextNode(text));
  }

  get outerHTML(): string {
    const attributes = Array.from(
      this.#attributes,
      ([name, value]) => ` ${name}="${escapedAttribute(value)}"`,
    ).join('');
    const content = this.childNodes.map((child) => child.outerHTML).join('');
    return `<${this.tagName}${attributes}>${content}</${this.tagName}>`;
  }
}

export class SvgDocument {
  readonly documentElement: SvgElement = new SvgElement(this, 'svg');

  createElementNS(_namespace: string, tagName: string): SvgElement {
    return new SvgElement(this, tagName);
  }

  createTextNode(text: unknown): SvgText {
    return new SvgText(this, String(text));
  }
}

function escapedText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapedAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
