/**
 * What tests of the page stand on: a browser and the built page. Opened before the tests of the suite that
 * asks for it, closed behind them; what a test opens for itself is kept until its end.
 */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openBrowser, Visit } from './browser.ts';
import { builtSite, leaveSite, StaticHost } from './site.ts';

type Closing = { close(): Promise<unknown> };

export class Opened {
  browser!: Browser;
  /** Where the built page is. */
  folder!: string;
  readonly #kept: Closing[] = [];

  constructor() {
    beforeAll(() => this.open());
    afterEach(() => this.leave());
    afterAll(() => this.close());
  }

  /** Closed when the test is over, the last one first. */
  keep<T extends Closing>(one: T): T {
    this.#kept.push(one);
    return one;
  }

  async visit(url: string, options: Parameters<typeof Visit.open>[1] = {}): Promise<Visit> {
    return (await Visit.open(this.browser, options)).go(url);
  }

  protected async open(): Promise<void> {
    this.folder = await builtSite();
    this.browser = await openBrowser();
  }

  async leave(): Promise<void> {
    for (const one of this.#kept.splice(0).reverse()) await one.close();
  }

  protected async close(): Promise<void> {
    await this.browser?.close();
    leaveSite(this.folder);
  }
}

/** With the page on a host of static files. */
export class Hosted extends Opened {
  host!: StaticHost & { url: string };

  get url(): string {
    return this.host.url;
  }

  protected override async open(): Promise<void> {
    await super.open();
    this.host = await StaticHost.open(this.folder);
  }

  protected override async close(): Promise<void> {
    await this.host?.close();
    await super.close();
  }
}
