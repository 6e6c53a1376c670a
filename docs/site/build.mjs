// node build.mjs TARGET
//
// Makes the pages of the site from the documents: the first page, the guides, those for people who come from elsewhere, the
// benchmarks; and the header and the footer with which Doxygen makes the reference. The lesson is made by
// docs/lesson/build.mjs.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

import { escape, renderMarkdown } from './markdown.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

// Where each document goes. Those with a `link` are in the header of every page, by that name.
const PAGES = [
  { source: 'docs/site/index.md', target: 'index.html', link: null },
  { source: 'docs/choosing.md', target: 'choosing.html', link: 'Choosing a type' },
  { source: 'docs/persist.md', target: 'persist.html', link: 'Temporary to permanent' },
  { source: 'docs/cleanup.md', target: 'cleanup.html', link: 'Cleaning up' },
  { source: 'docs/errors.md', target: 'errors.html', link: 'Errors' },
  { source: 'docs/from-python.md', target: 'from-python.html', link: null },
  { source: 'docs/from-rust.md', target: 'from-rust.html', link: null },
  { source: 'docs/from-qt.md', target: 'from-qt.html', link: null },
  { source: 'docs/from-mkstemp.md', target: 'from-mkstemp.html', link: null },
  { source: 'docs/benchmarks.md', target: 'benchmarks.html', link: 'Benchmarks' },
  { source: 'docs/architecture.md', target: 'architecture.html', link: null },
  { source: 'CHANGELOG.md', target: 'changes.html', link: null },
  { source: 'CONTRIBUTING.md', target: 'contributing.html', link: null },
];
const LESSON = 'lesson/index.html';
const REFERENCE = 'reference/namespacetempfile.html';

const read = (path) => readFileSync(join(root, path), 'utf8');
const fill = (template, values) => template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);

/** The header of a page that is `up` folders below the root of the site, '../' for each. */
function header(up, target) {
  const entries = [['Lesson', LESSON], ...PAGES.filter(({ link }) => link).map(({ link, target: page }) => [link, page]), ['Reference', REFERENCE]];
  const links = entries.map(([link, page]) =>
    `<li><a href="${up}${page}"${page === target ? ' aria-current="page"' : ''}>${link}</a></li>`);
  return fill(read('docs/site/header.html'), { root: up, links: links.join('') });
}

// Addresses in a document are files of the repository, relative to it.
function linker(source) {
  return (address) => {
    if (/^(https?:|#|mailto:)/.test(address)) return address;
    const [path, anchor = ''] = address.split(/(?=#)/);
    const file = posix.normalize(posix.join(posix.dirname(source), path));
    if (file === 'docs/lesson.md') return LESSON + anchor;
    if (file === 'include/tempfile/tempfile.hpp') return REFERENCE;
    const page = PAGES.find((candidate) => candidate.source === file);
    if (page) return page.target + anchor;
    if (file.startsWith('docs/plots/')) return file.slice('docs/'.length);
    const program = /^examples\/(\w+)\.cpp$/.exec(file);
    if (program) return `${LESSON}#run-${program[1]}`;
    return null;  // a file that is no page
  };
}

function build({ source, target }) {
  const text = read(source).replace(/^ *<!-- examples\/\w+\.cpp -->\n/gm, '');
  const { html, headings } = renderMarkdown(text, linker(source));
  const title = headings[0].html.replace(/<[^>]*>/g, '');
  const contents = headings.filter(({ level }) => level === 2).map(({ id, html: words }) => `<li><a href="#${id}">${words}</a></li>`);
  const firstParagraph = /<p>([^]*?)<\/p>/.exec(html)?.[1].replace(/<[^>]*>/g, '').replace(/\s+/g, ' ') ?? title;
  return fill(read('docs/site/page.html'), {
    title: target === 'index.html' ? title : `${title} – tempfile`,
    description: escape(firstParagraph),
    root: '',
    header: header('', target),
    contents: `<ol>${contents.join('\n')}</ol>`,
    content: html,
    footer: footer(''),
  });
}

function footer(up) {
  const others = PAGES.filter(({ target }) => /^(from-|architecture|changes|contributing)/.test(target));
  const links = others.map(({ source, target }) => `<li><a href="${up}${target}">${/^# (.*)$/m.exec(read(source))[1].replace(/`/g, '')}</a></li>`);
  return `<footer><nav aria-label="More"><ul class="links">${links.join('')}</ul></nav></footer>`;
}

const target = process.argv[2];
mkdirSync(target, { recursive: true });
for (const page of PAGES) writeFileSync(join(target, page.target), build(page));
cpSync(join(here, 'style.css'), join(target, 'style.css'));
cpSync(join(root, 'docs/plots'), join(target, 'plots'), { recursive: true });

// Doxygen puts its own parts between these.
const [top, bottom] = fill(read('docs/site/page.html'), {
  title: '$title',
  description: 'The reference of tempfile: temporary files and directories for C++.',
  root: '../',
  header: header('../', REFERENCE),
  contents: '',
  content: '<div id="top">@@',  // Doxygen closes it
  footer: footer('../'),
}).replace('</head>', '<link rel="stylesheet" href="$relpath^reference.css">\n</head>').replace(/<nav aria-label="Contents"><\/nav>\n/, '')
  .replace('class="columns"', 'class="columns reference"').split('@@');
writeFileSync(join(target, 'reference_header.html'), top);
writeFileSync(join(target, 'reference_footer.html'), bottom);
