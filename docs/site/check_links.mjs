// node check_links.mjs FOLDER: whether each link of each page in FOLDER leads somewhere, to an anchor that is there if it
// names one. Links to other sites are not followed.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

function pagesBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return pagesBelow(path);
    return name.endsWith('.html') ? [path] : [];
  });
}

// What is in a script is not a part of the page.
const textOf = (page) => readFileSync(page, 'utf8').replace(/<script\b[^]*?<\/script>/g, '');
const found = (text, pattern) => [...text.matchAll(pattern)].map(([, value]) => value.replace(/&amp;/g, '&'));

const [folder] = process.argv.slice(2);
const pages = pagesBelow(folder);
const anchors = new Map(pages.map((page) => [page, new Set(found(textOf(page), /\s(?:id|name)="([^"]*)"/g))]));
let count = 0;
const broken = [];
for (const page of pages) {
  for (const link of found(textOf(page), /<(?:a|img|link|script|source)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
    if (/^(https?:|data:|mailto:)/.test(link)) continue;
    count += 1;
    const [path, anchor] = link.split('#').map(decodeURIComponent);
    const target = path === '' ? page : normalize(join(dirname(page), path));
    const isThere = existsSync(target) && (!anchor || !anchors.has(target) || anchors.get(target).has(anchor));
    if (!isThere) broken.push(`${relative(folder, page)}: ${link} leads nowhere`);
  }
}
if (pages.length === 0 || count === 0) broken.push(`${folder} has no pages with links`);
console.log(broken.length > 0 ? broken.join('\n') : `${count} links on ${pages.length} pages lead somewhere`);
process.exit(broken.length > 0 ? 1 : 0);
