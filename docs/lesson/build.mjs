// node build.mjs BROWSER_BUILD TARGET [--site]
//
// Makes TARGET/index.html, the lesson as one page, of docs/lesson.md, the programs that were built for the browser, and
// the files beside this one; and TARGET/compiler.js, which the page loads when a program was edited. With --site the page
// has links to the other pages of the site.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';

import { escape, highlightCpp, renderMarkdown } from '../site/markdown.mjs';
import { packCompiler } from './pack_compiler.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const read = (path) => readFileSync(join(root, path), 'utf8');

// ---- the text

// What is between <!-- elsewhere --> and <!-- end --> is for readers of the file, what is in <!-- in the page --> for those
// of the page.
function textOfPage(text) {
  return text
    .replace(/^<!-- elsewhere -->\n[^]*?^<!-- end -->$/gm, '')
    .replace(/^<!-- in the page\n([^]*?)^-->$/gm, '$1')
    .replace(/^<!-- examples\/\w+\.cpp -->\n/gm, '');
}

function listing(code) {
  return `<pre class="listing scroll" tabindex="0" role="group" aria-label="Code"><code class="code">${highlightCpp(code)}</code></pre>`;
}

function example(name) {
  const code = read(`examples/${name}.cpp`);
  const output = read(`examples/expected/${name}.txt`);
  return `<div class="example" id="run-${name}" data-name="${name}">
<div class="listing">${listing(code)}
<details open class="expected"><summary>It prints</summary><pre class="scroll" tabindex="0" role="group" aria-label="Expected output">${escape(output)}</pre></details></div>
</div>`;
}

function exercise(name, checks) {
  return `<div class="exercise" data-name="${name}">
<div class="listing">${listing(read(`docs/lesson/exercises/${name}.txt`))}</div>
<script type="application/json" class="check">${JSON.stringify(checks[name])}</script>
</div>`;
}

// A question is a heading, four options, and the answer, which names the right one: **c.**
function quiz(html) {
  const parts = html.split(/(?=<h3 )/);
  const questions = parts.slice(1).map((part) => {
    const number = /<h3[^>]*>(\d+)\./.exec(part)[1];
    const right = /<strong>([a-d])\.<\/strong> /.exec(part)[1];
    const options = part.match(/<li>[a-d]\) /g);
    if (options?.length !== 4) throw new Error(`lesson.md: question ${number} does not have four options`);
    return `<div class="question" data-number="${number}" data-right="${right}">${part
      .replace(/<li>([a-d])\) /g, '<li data-letter="$1">')
      .replace(/(<summary>.*?<\/summary>)([^]*)(<\/details>)/, '$1<div class="answer">$2</div>$3')
      .replace('<ul>', '<ul class="options">')
      .replace(`<strong>${right}.</strong>`, `<strong class="letter">${right}.</strong>`)}</div>`;
  });
  if (questions.length !== 10) throw new Error(`lesson.md: ${questions.length} questions instead of 10`);
  return parts[0] + questions.join('\n');
}

function lesson(isInSite) {
  const checks = JSON.parse(read('docs/lesson/exercises/checks.json'));
  const text = textOfPage(read('docs/lesson.md'));
  const linkTo = (address) => {
    const program = /^\.\.\/examples\/(\w+)\.cpp$/.exec(address);
    if (program) return `#run-${program[1]}`;
    const page = /^(\w[\w-]*)\.md(#.*)?$/.exec(address);
    if (page) return isInSite ? `../${page[1]}.html${page[2] ?? ''}` : null;
    return address;
  };
  const { html, headings } = renderMarkdown(text, linkTo);
  const sections = html.split(/(?=<h2 )/).map((section) => {
    if (section.startsWith('<h2 id="quiz">')) return `<section class="quiz">${quiz(section)}</section>`;
    const kind = section.startsWith('<h2 id="quick-reference">') ? ' class="reference"' : '';
    return `<section${kind}>${section}</section>`;
  });
  const withPrograms = sections.join('\n')
    .replace(/<!-- run: (\w+) -->/g, (_, name) => example(name))
    .replace(/<!-- exercise: (\w+) -->/g, (_, name) => exercise(name, checks));
  const contents = headings.filter(({ level }) => level === 2).map(({ id, html: title }) => `<li><a href="#${id}">${title}</a></li>`);
  return { html: withPrograms, contents: `<ol>${contents.join('\n')}</ol>`, title: headings[0].html };
}

// ---- the page

// import text from 'text:FILE' gives the source of a worker, with all that it imports.
const workerSources = {
  name: 'worker sources',
  setup(build) {
    build.onResolve({ filter: /^text:/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.slice(5)), namespace: 'text' }));
    build.onLoad({ filter: /.*/, namespace: 'text' }, async ({ path }) => ({ contents: await bundle(path), loader: 'text' }));
  },
};

async function bundle(path) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    bundle: true,
    write: false,
    minify: true,
    legalComments: 'none',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    external: ['node:*'],
    define: { 'import.meta.url': '"https://embedded/"' },  // clang's package asks where it is
    plugins: [workerSources],
  });
  return outputFiles[0].text;
}

function packed(name, bytes) {
  return `<script type="text/plain" id="packed-${name}">${gzipSync(bytes, { level: 9 }).toString('base64')}</script>`;
}

function fill(template, values) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

async function main() {
  const [browserBuild, target, option] = process.argv.slice(2);
  const isInSite = option === '--site';
  const programs = join(browserBuild, 'docs/lesson/programs');
  mkdirSync(target, { recursive: true });

  const compiler = await packCompiler(browserBuild, await bundle(join(here, 'page/compiler_worker.mjs')));
  writeFileSync(join(target, 'compiler.js'), compiler);

  const { html, contents, title } = lesson(isInSite);
  const page = fill(readFileSync(join(here, 'page/page.html'), 'utf8'), {
    title,
    contents,
    lesson: html,
    compilerMegabytes: Math.round(compiler.length / 1e6),
    style: readFileSync(join(here, '../site/style.css'), 'utf8') + readFileSync(join(here, 'page/style.css'), 'utf8'),
    script: await bundle(join(here, 'page/main.mjs')),
    packed: packed('glue', readFileSync(join(programs, 'programs.js'))) + packed('programs', readFileSync(join(programs, 'programs.wasm'))),
    home: isInSite ? '<a href="../index.html">tempfile</a>' : 'tempfile',
    footer: 'What you do and edit here is kept in this browser, and goes nowhere.',
  });
  writeFileSync(join(target, 'index.html'), page);
  console.log(`${target}/index.html: ${(page.length / 1e6).toFixed(2)} MB, compiler.js: ${(compiler.length / 1e6).toFixed(1)} MB`);
}

await main();
