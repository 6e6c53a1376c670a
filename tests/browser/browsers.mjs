// What the tests of pages have in common.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where npm has put what drives browsers. */
export const packages = join(dirname(fileURLToPath(import.meta.url)), '../../docs/node_modules');

/** Thrown by a test for which something is missing here. */
export class Skipped extends Error {}

export function programOf(...candidates) {
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Skipped(`none of these is installed: ${candidates.filter(Boolean).join(', ')}`);
  return found;
}

// Without these, a browser without a network asks for hosts of its maker's all the time.
const QUIET = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--disable-gpu'];

/**
 * Calls work({open, faults}) with a headless Chromium: open(address, options) opens a page in a window of its own, and
 * `faults` are the errors that pages did not catch.
 */
export async function withChromium(work) {
  const executablePath = programOf(process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome');
  const { chromium } = await import(join(packages, 'playwright-core/index.mjs'));
  const asRoot = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args: [...QUIET, ...asRoot], timeout: 60_000 });
  const faults = [];
  const open = async (address, options = {}) => {
    const page = await (await browser.newContext(options)).newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(address);
    return page;
  };
  try {
    await work({ open, faults });
  } finally {
    await browser.close();
  }
}

/** What axe finds wrong for people who use assistive technology. */
export async function axeViolations(page) {
  await page.evaluate(readFileSync(join(packages, 'axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
}

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** Serves the files of a folder on this machine; returns the address and a function that ends it. */
export async function serve(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url, 'http://localhost').pathname).replace(/\/$/, '/index.html'));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    const content = readFileSync(path);
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-length': content.length });
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/**
 * Runs the test that the command line names: FOLDER TEST, or --list. Ends with 0, with 1 if the test failed, with
 * 77 if it was skipped.
 */
export async function runNamedTest(tests, withBrowser) {
  const [folder, name] = process.argv.slice(2);
  if (folder === '--list') {
    console.log(Object.keys(tests).join('\n'));
    return;
  }
  const test = tests[name];
  if (!test) throw new Error(`there is no test '${name}'`);
  try {
    await withBrowser(folder, test);
    console.log(`${name}: passed`);
  } catch (error) {
    const isSkipped = error instanceof Skipped;
    console.log(isSkipped ? `SKIPPED ${name}: ${error.message}` : error.stack);
    process.exitCode = isSkipped ? 77 : 1;
  }
}
