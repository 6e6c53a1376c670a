// The examples of the lesson: in place of a listing, a program to run and to edit.
import { ProgramView } from './program_view.mjs';
import { store } from './store.mjs';

export function makeExamplesLive() {
  for (const place of document.querySelectorAll('.example')) {
    const { name } = place.dataset;
    const view = new ProgramView(name, place.querySelector('.code').textContent.trimEnd(), {
      isExample: true,
      onRun: async () => {
        const result = await view.run();
        if (result && !result.failure) store.setDone(`example ${name}`);
      },
    });
    place.querySelector('.listing').replaceWith(view.element);
  }
}
