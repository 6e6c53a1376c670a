// node firefox_test.mjs FOLDER TEST: one test of the lesson in FOLDER, as a reader with Firefox meets it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { packages, programOf, runNamedTest } from './browsers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

async function runAndWait(page, name, timeout = 20_000) {
  const place = `#run-${name}`;
  await page.$eval(`${place} button.primary`, (button) => button.click());
  await page.waitForFunction((selector) => document.querySelector(selector).textContent === 'It ended well.', { timeout }, `${place} .status`);
  return page.$eval(place, (element) => ({
    output: element.querySelector('.output').textContent,
    left: element.querySelector('.left').textContent,
  }));
}

const tests = {
  async every_example_prints_what_is_expected_and_leaves_nothing(page) {
    const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.cpp')).map((name) => name.slice(0, -4));
    for (const name of examples) {
      const { output, left } = await runAndWait(page, name);
      assert.equal(output, readFileSync(join(root, 'examples/expected', `${name}.txt`), 'utf8'), name);
      assert.equal(left, 'Left behind: nothing', name);
    }
  },

  async an_edited_example_is_compiled(page) {
    await page.focus('#run-hello .cm-content');
    await page.keyboard.down('Control');
    await page.keyboard.press('Home');
    await page.keyboard.up('Control');
    await page.keyboard.type('// edited\n');
    const { output } = await runAndWait(page, 'hello', 90_000);
    assert.equal(output, 'hello\n');
  },
};

await runNamedTest(tests, async (folder, test) => {
  const executablePath = programOf(process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox');
  const { default: puppeteer } = await import(join(packages, 'puppeteer-core/lib/esm/puppeteer/puppeteer-core.js'));
  // As root with another user's home, Firefox does not start.
  const home = mkdtempSync(join(tmpdir(), 'firefox-'));
  try {
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true, env: { ...process.env, HOME: home } });
    try {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(resolve(folder, 'index.html')).href);
      await test(page);
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
