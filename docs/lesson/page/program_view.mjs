// An editor with a program in it, its output, and its temporary directory.
import { compile } from './compiler.mjs';
import { element } from './dom.mjs';
import { createEditor } from './editor.mjs';
import { startCompiled, startExample } from './runs.mjs';
import { store } from './store.mjs';
import { TemporaryDirectoryView } from './temporary_directory_view.mjs';

const SAVED_AFTER = 300;  // milliseconds without a key

export class ProgramView {
  /**
   * @param {string} name       which program of the repository, and under which its edits are kept
   * @param {string} original   its text
   * @param {object} options    isExample: the original text need not be compiled; onRun() is called in place of run()
   */
  constructor(name, original, { isExample, onRun = () => this.run() }) {
    Object.assign(this, { name, original, isExample, onRun });
    this.isRunning = false;
    this.isStopped = false;
    this.current = null;  // the program that runs
    this.temporaryDirectory = new TemporaryDirectoryView();
    this.build();
  }

  build() {
    const file = `${this.name}.cpp`;
    this.runButton = element('button', { type: 'button', class: 'primary', onclick: (event) => this.clicked(event) }, 'Run');
    this.resetButton = element('button', { type: 'button', onclick: () => this.reset() }, 'Reset');
    this.copyButton = element('button', { type: 'button', onclick: () => this.copy() }, 'Copy');
    this.toolbar = element('div', { class: 'toolbar', role: 'group', 'aria-label': file },
      element('code', { class: 'file' }, file), this.runButton, this.resetButton, this.copyButton);
    this.editorPlace = element('div', { class: 'editor' });
    this.status = element('p', { class: 'status', role: 'status' });
    this.progress = element('progress', { hidden: true, 'aria-label': 'Loading the compiler' });
    this.output = element('pre', { class: 'scroll output', tabindex: '0', role: 'group', 'aria-label': 'Output' });
    this.panes = element('div', { class: 'panes', hidden: true },
      element('div', { class: 'pane' }, element('p', { class: 'title' }, 'Output'), this.output), this.temporaryDirectory.element);
    this.element = element('div', { class: 'program' },
      this.toolbar, this.editorPlace, this.status, this.progress, this.panes);
    const saved = store.code(this.name) ?? this.original;
    this.editor = createEditor(this.editorPlace, saved, `The program ${file}`, () => this.toggle(), (text) => this.edited(text));
    this.tellWhetherEdited(saved);
  }

  edited(text) {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => {
      if (text === this.original) store.dropCode(this.name);
      else store.keepCode(this.name, text);
    }, SAVED_AFTER);
    this.tellWhetherEdited(text);
  }

  tellWhetherEdited(text) {
    this.resetButton.disabled = text === this.original;
  }

  reset() {
    this.editor.setText(this.original);
    this.editor.show([]);
    this.tell('As it was.');
    this.editor.focus();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.editor.text());
      this.tell('Copied.');
    } catch {
      this.tell('The browser does not let this page copy; select the text and copy it.');
    }
  }

  tell(text, kind = '') {
    this.status.className = `status ${kind}`;
    this.status.textContent = text;
  }

  // The second click of a double click is not meant to stop what the first has started.
  clicked({ detail }) {
    if (detail < 2) this.toggle();
  }

  /** Runs, or stops what runs. */
  toggle() {
    if (!this.isRunning) {
      this.onRun();
      return;
    }
    this.isStopped = true;
    if (this.current) this.current.stop();
    else this.tell('Stopping …');  // the compiler goes on: to start another takes longer than to wait
  }

  /**
   * Compiles what must be, and runs it. `change` is applied to the text first, and then nothing of this is shown.
   * Returns what was printed and what became of the temporary directory; null if there is no program to run.
   */
  async run({ change = null } = {}) {
    const text = this.editor.text();
    const result = { lines: [], files: 0, directories: 0, shown: change === null };
    this.setRunning(true);
    try {
      const bytes = this.isExample && text === this.original && !change ? null : await this.compile(change ? change(text) : text);
      if (bytes === undefined) return null;
      const onEvent = (event) => this.note(event, result);
      if (result.shown) this.clear();
      this.tell('Running …');
      const run = bytes === null ? await startExample(this.name, onEvent) : await startCompiled(bytes, onEvent);
      this.current = run;
      if (this.isStopped) run.stop();
      Object.assign(result, await run.end);
      if (result.shown) this.showEnd(result);
      return result;
    } catch (error) {
      this.tell(error.message, 'bad');
      return null;
    } finally {
      this.current = null;
      this.setRunning(false);
    }
  }

  // The program; undefined if there is none.
  async compile(text) {
    const { bytes, messages } = await compile(text, (step, share) => {
      this.progress.hidden = false;
      if (share === undefined) this.progress.removeAttribute('value');
      else this.progress.value = share;
      if (!this.isStopped) this.tell(step);
    }).finally(() => (this.progress.hidden = true));
    this.editor.show(messages);
    if (this.isStopped) {
      this.tell('Stopped.');
      return undefined;
    }
    if (bytes) return bytes;
    this.clear();
    this.panes.hidden = false;
    messages.forEach((message) => this.print(`${message.line}:${message.column}: ${message.severity}: ${message.text}`, true));
    const errors = messages.filter(({ severity }) => severity === 'error').length;
    this.tell(`It does not compile: ${errors === 1 ? 'one error' : `${errors} errors`}.`, 'bad');
    return undefined;
  }

  clear() {
    this.output.replaceChildren();
    this.temporaryDirectory.clear();
    this.panes.hidden = false;
  }

  print(line, isError) {
    this.output.append(element('span', isError ? { class: 'error' } : {}, `${line}\n`));
  }

  note(event, result) {
    if (event.kind === 'print') result.lines.push(event.line);
    if (event.kind === 'created' && event.isDirectory) result.directories += 1;
    if (event.kind === 'created' && !event.isDirectory) result.files += 1;
    if (!result.shown) return;
    if (event.kind === 'print') this.print(event.line, event.isError);
    if (event.kind === 'created') this.temporaryDirectory.created(event.name, event.isDirectory);
    if (event.kind === 'removed') this.temporaryDirectory.removed(event.name);
    if (event.kind === 'renamed') this.temporaryDirectory.renamed(event.name, event.to);
  }

  showEnd({ status, failure, left, dropped }) {
    if (dropped > 0) this.print(`… and ${dropped} lines and changes more, which are not shown`, false);
    this.temporaryDirectory.end(left);
    if (failure) this.tell(failure, 'bad');
    else if (status !== 0) this.tell(`It ended with exit status ${status}.`, 'bad');
    else this.tell('It ended well.', 'good');
  }

  setRunning(isRunning) {
    this.isRunning = isRunning;
    this.isStopped = false;
    this.runButton.textContent = isRunning ? 'Stop' : 'Run';
    this.element.setAttribute('aria-busy', String(isRunning));
  }
}
