// The exercises: a program to complete, which is run with its own numbers and once more with others.
import { element } from './dom.mjs';
import { ProgramView } from './program_view.mjs';
import { store } from './store.mjs';

export function makeExercisesLive() {
  for (const place of document.querySelectorAll('.exercise')) {
    const { name } = place.dataset;
    const exercise = JSON.parse(place.querySelector('.check').textContent);
    const verdict = element('p', { class: 'verdict', role: 'status' });
    const view = new ProgramView(`my_${name}`, place.querySelector('.code').textContent.trimEnd(), {
      isExample: false,
      onRun: async () => {
        verdict.textContent = '';
        const fault = await check(view, exercise);
        if (fault === null) return;
        verdict.className = `verdict ${fault === '' ? 'good' : 'bad'}`;
        verdict.textContent = fault === '' ? 'Solved. It is right with other numbers, too, and leaves nothing behind.' : fault;
        if (fault === '') store.setDone(`exercise ${name}`);
      },
    });
    view.element.append(verdict);
    place.querySelector('.listing').replaceWith(view.element);
  }
}

// What is wrong; empty if nothing is, null if there is no program to judge.
async function check(view, { numbers, others, prints, files }) {
  const result = await view.run();
  if (result === null) return null;
  if (result.failure || result.status !== 0) return 'Not yet: the program does not end well.';
  const expected = prints + total(numbers);
  if (!result.lines.includes(expected)) return `Not yet: a line “${expected}” is expected.`;
  if (result.left.length > 0) return `The number is right, but left behind: ${result.left.join(', ')}.`;
  if (result.directories === 0) return 'The number is right, but there was no temporary directory.';
  if (result.files < files) return `The number is right, but there ${files === 1 ? 'was no file' : `were not ${files} files`} in the temporary directory.`;
  view.tell('Running once more, with other numbers …');
  const again = await view.run({ change: (text) => withOthers(text, numbers, others) });
  if (again === null || again.failure || again.status !== 0) {
    return `Not yet: with ${others.join(', ')} in place of ${numbers.join(', ')} the program does not end well.`;
  }
  view.tell('It ended well.', 'good');
  const expectedAgain = prints + total(others);
  if (!again.lines.includes(expectedAgain)) {
    return `The number must come from the files: with ${others.join(', ')} in place of ${numbers.join(', ')} a line “${expectedAgain}” was expected.`;
  }
  return '';
}

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

// The program with other numbers, wherever it has them: as text or as a number.
function withOthers(text, numbers, others) {
  return text.replace(/\d+/g, (digits) => {
    const index = numbers.indexOf(Number(digits));
    return index < 0 ? digits : String(others[index]);
  });
}
