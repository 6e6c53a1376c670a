// An editor for C++.
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { cpp } from '@codemirror/lang-cpp';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

/**
 * @param {HTMLElement} parent
 * @param {string} text
 * @param {string} label      what assistive technology calls it
 * @param {Function} onRun    for Ctrl+Enter, on a Mac Cmd+Enter
 * @param {Function} onChange called with the text
 */
export function createEditor(parent, text, label, onRun, onChange) {
  const run = () => {
    onRun();
    return true;
  };
  // Tab is left to the browser: whoever has no mouse must be able to leave the editor.
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
        lineNumbers(),
        lintGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
        cpp(),
        syntaxHighlighting(classHighlighter),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (replacement) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: replacement } }),
    focus: () => view.focus(),
    /** Shows messages {line, column, severity, text} where they belong. */
    show: (messages) => view.dispatch(setDiagnostics(view.state, messages.map((message) => located(view.state.doc, message)))),
  };
}

function located(document, { line, column, severity, text }) {
  const at = document.line(Math.min(Math.max(line, 1), document.lines));
  const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
  const word = /^\w+/.exec(document.sliceString(from, at.to));
  return { from, to: from + (word ? word[0].length : 0), severity, message: text };
}
