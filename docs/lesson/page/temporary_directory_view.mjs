// What becomes of a program's temporary directory: what is there, live, and what was.
import { element } from './dom.mjs';

const MAX_SHOWN = 100;

export class TemporaryDirectoryView {
  constructor() {
    this.list = element('ul', { class: 'entries' });
    this.summary = element('p', { class: 'left', role: 'status' });
    this.element = element('div', { class: 'pane' },
      element('p', { class: 'title' }, 'In the temporary directory'),
      element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'In the temporary directory' }, this.list),
      this.summary);
    this.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.summary.replaceChildren();
    this.summary.className = 'left';
    this.items = new Map();
    this.hidden = 0;
    this.countOfFiles = 0;
    this.countOfDirectories = 0;
  }

  created(name, isDirectory) {
    if (isDirectory) this.countOfDirectories += 1;
    else this.countOfFiles += 1;
    const item = element('li', {}, element('span', {}, isDirectory ? `${name}/` : name));
    if (this.list.childElementCount < MAX_SHOWN) this.list.append(item);
    else this.hidden += 1;
    this.items.set(name, { item, isDirectory });
    this.tellCount();
  }

  removed(name) {
    const known = this.items.get(name);
    if (!known) return;
    known.item.className = 'gone';
    known.item.append(element('small', {}, ' removed'));
    this.items.delete(name);
    this.tellCount();
  }

  // What is inside of a directory is renamed with it.
  renamed(name, to) {
    for (const [known, { item, isDirectory }] of [...this.items]) {
      if (known !== name && !known.startsWith(`${name}/`)) continue;
      const replaced = this.items.get(to + known.slice(name.length));
      if (replaced) {
        replaced.item.className = 'gone';
        replaced.item.append(element('small', {}, ' replaced'));
      }
      const now = to + known.slice(name.length);
      this.items.delete(known);
      this.items.set(now, { item, isDirectory });
      item.append(element('small', {}, ' renamed to '), element('span', {}, isDirectory ? `${now}/` : now));
    }
    this.tellCount();
  }

  tellCount() {
    const more = this.hidden > 0 ? `, ${this.hidden} not shown` : '';
    this.summary.textContent = `Now: ${this.items.size === 0 ? 'nothing' : this.items.size}${more}`;
  }

  /** The program has ended, and this is what it left; null if nobody could look. */
  end(left) {
    if (left === null) {
      this.summary.textContent = '';
    } else if (left.length === 0) {
      this.summary.className = 'left good';
      this.summary.replaceChildren('Left behind: ', element('strong', {}, 'nothing'));
    } else {
      this.summary.className = 'left bad';
      this.summary.replaceChildren('Left behind: ', element('strong', {}, left.join(', ')));
    }
  }
}
