// node site_test.mjs FOLDER TEST: one test of the pages of the site in FOLDER, in Chromium.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { axeViolations, runNamedTest, withChromium } from './browsers.mjs';

// Of the reference one page of each kind; Doxygen makes the others alike.
const REFERENCE = ['namespacetempfile.html', 'classtempfile_1_1temporary__directory.html', 'structtempfile_1_1options.html'];

function pagesOf(folder) {
  return [...readdirSync(folder).filter((name) => name.endsWith('.html')), ...REFERENCE.map((name) => `reference/${name}`)];
}

const addressOf = (folder, page) => pathToFileURL(resolve(join(folder, page))).href;

const tests = {
  async axe_finds_nothing_in_light_and_in_dark(open, folder) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await open('about:blank', { colorScheme });
      for (const name of pagesOf(folder)) {
        await page.goto(addressOf(folder, name));
        assert.deepEqual(await axeViolations(page), [], `${name}, ${colorScheme}`);
      }
    }
  },

  async nothing_is_wider_than_360_pixels(open, folder) {
    const page = await open('about:blank', { viewport: { width: 360, height: 640 } });
    for (const name of pagesOf(folder)) {
      await page.goto(addressOf(folder, name));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, name);
    }
  },

  async each_page_leads_to_the_lesson_whose_programs_run(open, folder) {
    const page = await open('about:blank');
    for (const name of pagesOf(folder)) {
      await page.goto(addressOf(folder, name));
      await page.getByRole('link', { name: 'Lesson', exact: true }).click();
      assert.equal(page.url(), addressOf(folder, 'lesson/index.html'), name);
    }
    await page.locator('#run-hello').getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('#run-hello .status', { hasText: 'It ended well.' }).waitFor();
    await page.getByRole('link', { name: 'tempfile', exact: true }).click();
    assert.equal(page.url(), addressOf(folder, 'index.html'));
  },
};

await runNamedTest(tests, (folder, test) =>
  withChromium(async ({ open, faults }) => {
    await test(open, folder);
    assert.deepEqual(faults, [], 'errors that a page did not catch');
  }));
