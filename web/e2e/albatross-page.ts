import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type LocalServer, serveFolder } from './static-server.ts';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The built page in a Chromium of its own. */
export class AlbatrossPage {
  readonly page: Page;
  readonly server: LocalServer;
  /** What the page reported as broken: uncaught errors, console errors, refused resources. */
  readonly errors: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, server: LocalServer, page: Page) {
    this.#browser = browser;
    this.server = server;
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  /** Serves `dist`, starts the `chromium` found on PATH, and opens the page. */
  static async open(options: BrowserContextOptions = {}): Promise<AlbatrossPage> {
    const server = await serveFolder(DIST);
    const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      ...options,
    });
    const opened = new AlbatrossPage(browser, server, await context.newPage());
    await opened.reload();
    return opened;
  }

  /** Back to the welcome, with the parser ready. */
  async reload(): Promise<void> {
    await this.page.goto(this.server.origin);
    await this.page.waitForFunction(() =>
      /^[0-9a-f]{16}$/.test(
        document.querySelector('[data-testid=settings-digest]')?.textContent ?? '',
      ),
    );
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
  }

  /** Sets the source field, as if typed and left. */
  async setSource(source: string): Promise<void> {
    const field = this.page.getByLabel('Source');
    await field.fill(source);
    await field.blur();
  }

  /** Gives files by the file dialogue's input, and waits until they are read. */
  async choose(...paths: string[]): Promise<void> {
    await this.page.locator('input[type=file]').setInputFiles(paths);
    await this.loaded(...paths.map((path) => basename(path)));
  }

  /** Drops one file on the page by a real `drop` event. */
  async drop(name: string, content: Buffer): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      ({ name, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], name));
        return data;
      },
      { name, base64: content.toString('base64') },
    );
    const target = this.page.locator('main');
    await target.dispatchEvent('dragover', { dataTransfer: transfer });
    await target.dispatchEvent('drop', { dataTransfer: transfer });
    await this.loaded(name);
  }

  /** Waits until these files, and no others, are read to their end. */
  async loaded(...names: string[]): Promise<void> {
    await this.page.waitForFunction((expected) => {
      const shown = [...document.querySelectorAll('.files li b')].map((one) => one.textContent);
      const ended = document.querySelector('[data-testid=outcome]') !== null;
      return ended && JSON.stringify(shown) === JSON.stringify(expected);
    }, names);
  }

  /** Types a filter, and waits until it is applied; the answer is the count that the page tells. */
  async filter(text: string): Promise<string> {
    const field = this.page.getByLabel('Filter', { exact: true });
    await field.fill(text);
    await field.press('Enter');
    await this.filtered(text);
    return (await this.page.getByTestId('filter-count').textContent()) ?? '';
  }

  /** Waits until the list shows what this filter selects, of the files read as this source where one is given. */
  async filtered(text: string, source?: string): Promise<void> {
    await this.page.waitForFunction(
      ([filter, from]) => {
        const shown = document.querySelector<HTMLElement>('.lines')?.dataset;
        return shown?.filter === filter && (from === undefined || shown?.source === from);
      },
      [text, source] as const,
    );
  }

  /** Rows in the shown list, by its own account. */
  async rowCount(): Promise<number> {
    // The heading is a row too.
    return Number(await this.page.getByRole('grid').getAttribute('aria-rowcount')) - 1;
  }

  /** Opens the first line of the list; `next` goes on by the keyboard. */
  async openFirst(): Promise<void> {
    const row = this.page.locator('[role=row][data-row="0"]');
    await row.focus();
    await row.press('Enter');
    await this.#detailAt(0);
  }

  async openNext(row: number): Promise<void> {
    await this.page.keyboard.press('ArrowDown');
    await this.#detailAt(row);
  }

  /** The exact text of an element of the detail panel. */
  async textOf(testId: string): Promise<string> {
    return (await this.page.getByTestId(testId).evaluate((element) => element.textContent)) ?? '';
  }

  async #detailAt(row: number): Promise<void> {
    await this.page.locator(`.detail-body[data-row="${row}"]`).waitFor();
  }
}
