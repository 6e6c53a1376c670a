// node chromium_test.mjs FOLDER TEST: one test of the lesson in FOLDER, as a reader with Chromium meets it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { axeViolations, runNamedTest, serve, withChromium } from './browsers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
// The first compilation also starts the compiler: seconds on a quiet machine, much more beside other tests.
const COMPILED = { timeout: 90_000 };

const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.cpp')).map((name) => name.slice(0, -4));
const expectedOutput = (name) => readFileSync(join(root, 'examples/expected', `${name}.txt`), 'utf8');

// ---- what a reader does

async function openAround(locator) {
  await locator.evaluate((element) => {
    for (let details = element.closest('details'); details; details = details.parentElement.closest('details')) details.open = true;
  });
}

const example = (page, name) => page.locator(`#run-${name}`);
const exercise = (page, name) => page.locator(`.exercise[data-name="${name}"]`);

async function replaceCode(program, text) {
  await program.locator('.cm-content').click();
  await program.page().keyboard.press('Control+A');
  // As from the clipboard: typing would have brackets closed.
  await program.page().keyboard.insertText(text);
}

async function run(program) {
  await program.getByRole('button', { name: 'Run', exact: true }).click();
}

async function statusIs(program, text, options) {
  await program.locator('.status', { hasText: text }).waitFor(options);
}

const outputOf = (program) => program.locator('.output').textContent();
const leftBy = (program) => program.locator('.left').textContent();

const program = (body) => `#include <tempfile/tempfile.hpp>\n#include <iostream>\n#include <stdexcept>\nint main() {\n${body}\n}\n`;

// ---- tests

const tests = {
  async every_example_prints_what_is_expected_and_leaves_nothing(page) {
    const shown = await page.locator('.example').evaluateAll((all) => all.map(({ dataset }) => dataset.name));
    assert.deepEqual([...shown].sort(), [...examples].sort());
    for (const name of shown) {
      const place = example(page, name);
      await openAround(place);
      await run(place);
      await statusIs(place, 'It ended well.');
      assert.equal(await outputOf(place), expectedOutput(name), name);
      assert.equal(await leftBy(place), 'Left behind: nothing', name);
    }
  },

  async the_temporary_directory_is_shown_with_what_was_in_it(page) {
    const place = example(page, 'temporary_directory');
    await run(place);
    await statusIs(place, 'It ended well.');
    const gone = await place.locator('.entries .gone').allTextContents();
    assert.equal(gone.filter((entry) => /\/notes\.txt removed$/.test(entry)).length, 1);
    assert.equal(gone.filter((entry) => /\/logs\/ removed$/.test(entry)).length, 1);
    assert.equal(await place.locator('.entries li:not(.gone)').count(), 0);
  },

  async the_keyboard_runs_an_example_and_leaves_the_editor(page) {
    const place = example(page, 'hello');
    await place.locator('.cm-content').focus();
    await page.keyboard.press('Control+Enter');
    await statusIs(place, 'It ended well.');
    await page.keyboard.press('Tab');
    assert.equal(await place.locator('.cm-content').evaluate((content) => content.contains(document.activeElement)), false);
  },

  async a_double_click_runs_an_example_once(page) {
    const place = example(page, 'hello');
    await place.getByRole('button', { name: 'Run', exact: true }).dblclick();
    await statusIs(place, 'It ended well.');
    assert.equal(await outputOf(place), 'hello\n');
    assert.equal(await place.locator('.entries li').count(), 3);
  },

  async an_edited_example_is_compiled_and_reset(page) {
    const place = example(page, 'hello');
    await replaceCode(place, program('std::cout << "six times seven is " << 6 * 7 << "\\n";'));
    await run(place);
    await statusIs(place, 'It ended well.', COMPILED);
    assert.equal(await outputOf(place), 'six times seven is 42\n');
    await place.getByRole('button', { name: 'Reset' }).click();
    await run(place);
    await statusIs(place, 'It ended well.');
    assert.equal(await outputOf(place), 'hello\n');
  },

  async what_does_not_compile_is_shown_at_its_line(page) {
    const place = example(page, 'hello');
    await replaceCode(place, program('tempfile::temporary_flie file;'));
    await run(place);
    await statusIs(place, 'It does not compile', COMPILED);
    assert.match(await outputOf(place), /^5:11: error: no type named 'temporary_flie'/);
    assert.equal(await place.locator('.cm-lintRange-error').textContent(), 'temporary_flie');
  },

  async an_exception_that_nobody_catches_is_told(page) {
    const place = example(page, 'hello');
    await replaceCode(place, program('throw std::runtime_error{"out of coffee"};'));
    await run(place);
    await statusIs(place, 'An exception that nobody caught ended the program.', COMPILED);
    assert.equal(await outputOf(place), 'uncaught exception of type std::runtime_error: out of coffee\n');
  },

  async what_a_program_leaves_behind_is_named(page) {
    const place = example(page, 'mkdtemp');
    await replaceCode(place, program('tempfile::mkdtemp({.prefix = "forgotten-"});\nreturn 3;'));
    await run(place);
    await statusIs(place, 'It ended with exit status 3.', COMPILED);
    assert.match(await leftBy(place), /^Left behind: forgotten-[a-z2-7]{12}\/$/);
  },

  async a_program_that_does_not_end_is_stopped_and_the_next_one_runs(page) {
    const place = example(page, 'hello');
    await replaceCode(place, program('tempfile::named_temporary_file file;\nstd::cout << "on and on" << std::endl;\nwhile (true) std::cerr << "";'));
    await run(place);
    await place.locator('.output', { hasText: 'on and on' }).waitFor(COMPILED);
    assert.equal(await leftBy(place), 'Now: 1');
    await place.getByRole('button', { name: 'Stop' }).click();
    await statusIs(place, 'You stopped the program.');
    await run(example(page, 'mkstemp'));
    await statusIs(example(page, 'mkstemp'), 'It ended well.');
  },

  async a_program_that_prints_without_end_does_not_fill_the_page(page) {
    const place = example(page, 'hello');
    await replaceCode(place, program('for (int i = 0; i < 100000; ++i) std::cout << i << "\\n";'));
    await run(place);
    await statusIs(place, 'It ended well.', COMPILED);
    assert.match(await outputOf(place), /\n… and 9\d{4} lines and changes more, which are not shown\n$/);
  },

  async an_exercise_is_solved_by_right_code_and_not_by_a_constant(page) {
    const place = exercise(page, 'sum_numbers');
    const verdict = (text) => place.locator('.verdict', { hasText: text }).waitFor(COMPILED);
    await run(place);
    await statusIs(place, 'It does not compile', COMPILED);

    await replaceCode(place, program('std::cout << "sum: 100\\n";'));
    await run(place);
    await verdict('there was no temporary directory');

    await replaceCode(place, program('const tempfile::temporary_directory dir;\ntempfile::mkstemp({.dir = dir.path()});\nstd::cout << "sum: 100\\n";'));
    await run(place);
    await verdict('The number must come from the files');

    await replaceCode(place, readFileSync(join(root, 'examples/sum_numbers.cpp'), 'utf8'));
    await run(place);
    await verdict('Solved.');
  },

  async the_second_exercise_asks_for_three_reports(page) {
    const place = exercise(page, 'grand_total');
    await replaceCode(place, program('std::cout << "grand total: " << 120 + 75 + 205 << "\\n";\nconst tempfile::temporary_directory dir;'));
    await run(place);
    await place.locator('.verdict', { hasText: 'there were not 3 files' }).waitFor(COMPILED);
    await replaceCode(place, readFileSync(join(root, 'examples/grand_total.cpp'), 'utf8'));
    await run(place);
    await place.locator('.verdict', { hasText: 'Solved.' }).waitFor(COMPILED);
  },

  async the_quiz_explains_each_answer_and_counts(page) {
    const questions = page.locator('.question');
    assert.equal(await questions.count(), 10);
    for (let index = 0; index < 10; index += 1) {
      const question = questions.nth(index);
      const right = await question.getAttribute('data-right');
      assert.equal(await question.getByRole('radio').count(), 4);
      if (index === 0) {
        await question.locator(`input:not([value="${right}"])`).first().check();
        assert.match(await question.locator('.explanation').textContent(), /^\s*Not that one\. \S/);
      } else {
        await question.locator(`input[value="${right}"]`).check();
        assert.match(await question.locator('.explanation').textContent(), /^\s*Right\. \S/);
      }
    }
    assert.equal(await page.locator('.score').textContent(), '9 of 10 right. Try again?');
    await page.getByRole('button', { name: 'Try again' }).click();
    assert.equal(await page.locator('.score').textContent(), '0 of 10 answered, 0 right.');
    assert.equal(await page.locator('.question input:checked').count(), 0);
  },

  async what_was_done_and_edited_is_there_after_a_reload(page) {
    await run(example(page, 'hello'));
    await statusIs(example(page, 'hello'), 'It ended well.');
    await page.locator('.question').first().getByRole('radio').first().check();
    await replaceCode(example(page, 'mkstemp'), '// mine\n');
    await page.waitForFunction(() => localStorage.getItem('tempfile-lesson').includes('// mine'));
    assert.match(await page.locator('.progress').textContent(), /^2 of \d+/);
    await page.reload();
    assert.match(await page.locator('.progress').textContent(), /^2 of \d+/);
    assert.equal(await page.locator('.question').first().getByRole('radio').first().isChecked(), true);
    assert.equal(await example(page, 'mkstemp').locator('.cm-line').first().textContent(), '// mine');
    page.on('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Start anew' }).click();
    await page.locator('.progress', { hasText: /^0 of / }).waitFor();
    assert.match(await example(page, 'mkstemp').locator('.cm-line').first().textContent(), /^\/\/ Manual control/);
  },

  async without_javascript_text_code_output_and_answers_are_there(page, { open }) {
    const plain = await open({ javaScriptEnabled: false });
    for (const name of examples) {
      const place = plain.locator(`.example[data-name="${name}"]`);
      assert.equal(await place.locator('.code').textContent(), readFileSync(join(root, `examples/${name}.cpp`), 'utf8'));
      assert.equal(await place.locator('.expected pre').textContent(), expectedOutput(name));
    }
    assert.equal(await plain.locator('.exercise .code').count(), 2);
    for (const answer of await plain.locator('.question details').all()) {
      await answer.locator('summary').click();
      assert.ok(await answer.locator('.answer').isVisible());
    }
    assert.equal(await plain.getByRole('button').count(), 0);
  },

  async axe_finds_nothing_in_light_and_in_dark(page, { open }) {
    for (const colorScheme of ['light', 'dark']) {
      const checked = await open({ colorScheme });
      await run(example(checked, 'temporary_directory'));
      await statusIs(example(checked, 'temporary_directory'), 'It ended well.');
      for (const question of await checked.locator('.question').all()) await question.getByRole('radio').first().check();
      for (const summary of await checked.locator('main summary:visible').all()) await summary.click();
      assert.deepEqual(await axeViolations(checked), [], colorScheme);
    }
  },

  async nothing_is_wider_than_360_pixels(page, { open }) {
    const narrow = await open({ viewport: { width: 360, height: 640 } });
    await run(example(narrow, 'persist'));
    await statusIs(example(narrow, 'persist'), 'It ended well.');
    assert.equal(await narrow.evaluate(() => document.documentElement.scrollWidth), 360);
  },

  async the_quick_reference_prints_on_one_page(page) {
    await page.evaluate(() => document.body.classList.add('reference-only'));
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1);
  },

  async on_paper_are_all_code_and_all_answers(page) {
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    for (const name of examples) {
      const place = example(page, name);
      await openAround(place);
      const lines = readFileSync(join(root, `examples/${name}.cpp`), 'utf8').trimEnd().split('\n');
      assert.equal(await place.locator('.cm-line').count(), lines.length, name);
    }
    for (const answer of await page.locator('.question .answer').all()) assert.ok(await answer.isVisible());
    assert.equal(await page.getByRole('button').count(), 0);
  },

  async from_a_server_it_compiles_as_well(page, { folder }) {
    const server = await serve(folder);
    try {
      await page.goto(server.address);
      await replaceCode(example(page, 'hello'), program('std::cout << "served\\n";'));
      await run(example(page, 'hello'));
      await statusIs(example(page, 'hello'), 'It ended well.', COMPILED);
      assert.equal(await outputOf(example(page, 'hello')), 'served\n');
    } finally {
      server.stop();
    }
  },

  async without_the_compiler_beside_it_the_page_says_so_and_runs_the_rest(page, { folder }) {
    const text = readFileSync(join(folder, 'index.html'));
    await page.route('http://lesson.test/', (route) => route.fulfill({ body: text, contentType: 'text/html' }));
    await page.route('http://lesson.test/compiler.js', (route) => route.fulfill({ status: 404 }));
    await page.goto('http://lesson.test/');
    const place = example(page, 'hello');
    await replaceCode(place, program(''));
    await run(place);
    await statusIs(place, 'compiler.js is not beside this page');
    await place.getByRole('button', { name: 'Reset' }).click();
    await run(place);
    await statusIs(place, 'It ended well.');
  },
};

await runNamedTest(tests, (folder, test) =>
  withChromium(async ({ open, faults }) => {
    const address = pathToFileURL(resolve(folder, 'index.html')).href;
    const openLesson = (options) => open(address, options);
    await test(await openLesson(), { open: openLesson, folder });
    assert.deepEqual(faults, [], 'errors that the page did not catch');
  }));
