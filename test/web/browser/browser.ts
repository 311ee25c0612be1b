/**
 * The page in a real browser: Debian's Chromium, driven by playwright-core. One browser serves all tests
 * of a file; each test has a page of its own, and ends with the proof that nothing was asked of anybody
 * but this machine and that nothing was thrown on the page.
 */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Glance, PaneGlance, WordGlance } from '../../../web/src/glance.ts';

export type { WordGlance };

const CHROMIUM = process.env['RINGLIGHT_CHROMIUM'] ?? '/usr/bin/chromium';

/** Where CI says that it has installed Chromium, its absence is a failure, not a skip. */
const isRequired = process.env['RINGLIGHT_REQUIRE_CHROMIUM'] !== undefined;

export const isSkipped = !existsSync(CHROMIUM) && !isRequired;
if (isSkipped) {
  console.log('Chromium is not installed (Debian: chromium); the proofs in a browser are skipped');
}

/** It asks its makers for nothing. */
const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

/** A busy machine with two cores is slow to start a browser. */
const START_MS = 30_000;

/** How long the page may take for anything on a busy machine. */
export const PATIENCE = { timeout: 15_000, interval: 50 };

/** A common laptop, and a small phone. */
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/** Of a visitor for whom time passes by itself; for others, tests move it on. */
export const MOVING = { reducedMotion: 'no-preference' };

/** As the page has it: `ringlight.whereIs`. */
declare function whereIs(what: number | string, pane: number): { x: number; y: number } | null;

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: START_MS });
}

/** A page, and what it asked for and complained of. */
export class Visit {
  readonly page: Page;
  readonly #asked: string[] = [];
  readonly #complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE.timeout);
    page.on('request', (request) => this.#asked.push(request.url()));
    page.on('websocket', (socket) => this.#asked.push(socket.url()));
    page.on('pageerror', (error) => this.#complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(message.text());
    });
  }

  /** Of somebody who prefers less motion, unless told otherwise: nothing moves by itself then. */
  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
    const calm = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
    const context = await browser.newContext({ ...calm, ...options });
    return new Visit(await context.newPage());
  }

  /** Opens an address and waits until the first world is there. */
  async go(url: string): Promise<this> {
    await this.page.goto(url);
    await this.until((one) => one.panes[0]?.nodes.length ?? 0).toBeGreaterThan(0);
    return this;
  }

  async look(): Promise<Glance> {
    return this.page.evaluate(() => {
      const { ringlight } = globalThis as unknown as { ringlight: { glance(): Glance } };
      return ringlight.glance();
    });
  }

  /** The first of the scenes. */
  async scene(): Promise<PaneGlance> {
    return (await this.look()).panes[0]!;
  }

  /** An expectation that is tried again until it holds. */
  until<T>(what: (seen: Glance) => T) {
    return expect.poll(async () => what(await this.look()), PATIENCE);
  }

  /** The same of the first scene. */
  untilScene<T>(what: (seen: PaneGlance) => T) {
    return this.until((seen) => what(seen.panes[0]!));
  }

  /** What there is to read on the page, polled. */
  untilText() {
    return expect.poll(() => this.page.locator('body').innerText(), PATIENCE);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async click(role: 'button' | 'tab' | 'option', name: string | RegExp): Promise<void> {
    const exact = typeof name === 'string' ? { name, exact: true } : { name };
    await this.page.getByRole(role, exact).first().click();
  }

  /** So many virtual seconds pass. */
  async pass(seconds = 1): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      const { atMs } = await this.scene();
      await this.click('button', 'One second on');
      await this.untilScene((scene) => scene.atMs).toBe(atMs + 1000);
    }
  }

  /** Where a node, or a key by its name, is drawn, in pixels of the page. */
  async spot(what: number | string, pane = 0): Promise<{ x: number; y: number }> {
    const at = await this.page.evaluate(
      ([one, of]) => {
        const { ringlight } = globalThis as unknown as { ringlight: { whereIs: typeof whereIs } };
        return ringlight.whereIs(one, of);
      },
      [what, pane] as const,
    );
    if (at === null) throw new Error(`${what} is not in the picture`);
    return at;
  }

  /** What is written into the picture, and where on the page. */
  async words(pane = 0): Promise<WordGlance[]> {
    return this.page.evaluate((of) => {
      const { ringlight } = globalThis as unknown as {
        ringlight: { words(pane: number): WordGlance[] };
      };
      return ringlight.words(of);
    }, pane);
  }

  async toStart(): Promise<void> {
    await this.click('button', 'Back to the start');
    await this.untilScene(({ atMs, busy }) => [atMs, busy]).toEqual([0, false]);
  }

  /** Types the number of a node and crashes it. */
  async crash(node: number): Promise<void> {
    await this.page.getByLabel('Number of the node').fill(String(node));
    await this.click('button', 'Crash');
    await this.untilScene(({ nodes }) => nodes[node]).toBe('crashed');
  }

  /** Types the name of a key, maybe its value, and does something with it. */
  async withKey(
    name: string,
    what: 'Look up' | 'Get' | 'Put' | 'Remove',
    value = '',
  ): Promise<void> {
    await this.click('tab', 'Keys');
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    if (what === 'Put') await this.page.getByLabel('Value', { exact: true }).fill(value);
    await this.click('button', what);
  }

  /** Pixels of the picture in the colour of a variable of theme.css, and those that are not paper. */
  async ink(variable: string): Promise<{ inked: number; coloured: number }> {
    return this.page.evaluate((name) => {
      const canvas = document.querySelector('canvas')!;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext('2d')!;
      const rgbaOf = (property: string): number[] => {
        context.fillStyle = getComputedStyle(canvas).getPropertyValue(property).trim();
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
      };
      const wanted = rgbaOf(name);
      context.clearRect(0, 0, copy.width, copy.height);
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      const paper = data.slice(0, 4);
      let inked = 0;
      let coloured = 0;
      const isNear = (at: number, to: ArrayLike<number>): boolean =>
        [0, 1, 2].every((i) => Math.abs(data[at + i]! - to[i]!) <= 6) &&
        Math.abs(data[at + 3]! - to[3]!) <= 6;
      for (let at = 0; at < data.length; at += 4) {
        if (!isNear(at, paper)) inked++;
        if (isNear(at, wanted)) coloured++;
      }
      return { inked, coloured };
    }, variable);
  }

  /**
   * Nothing was loaded from elsewhere, and nothing broke. `expected`: what a browser itself says on its
   * console about requests that were refused, where that is the point of a test.
   */
  async leave(expected: RegExp | null = null): Promise<void> {
    await this.page.context().close();
    const elsewhere = this.#asked.filter(
      (url) => !/^(?:(?:http|ws):\/\/127\.0\.0\.1:|data:|blob:)/.test(url),
    );
    expect(elsewhere).toEqual([]);
    expect(this.#asked.length).toBeGreaterThan(2);
    // Without a server of live nodes there is no list of them, and a browser says so.
    const isKnown = (text: string): boolean =>
      /Failed to load resource.*404/.test(text) || (expected?.test(text) ?? false);
    expect(this.#complaints.filter((text) => !isKnown(text))).toEqual([]);
  }
}
