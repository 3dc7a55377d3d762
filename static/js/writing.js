/* While somebody writes: how long it has become, and how it will be read. */
(function () {
  'use strict';

  /* data-counts="field-id": the number of characters; an emoji is one */
  linli.behave('[data-counts]', (counter) => {
    const field = document.getElementById(counter.dataset.counts);
    const count = () => { counter.textContent = Array.from(field.value.trim()).length; };
    field.addEventListener('input', count);
    count();
  });

  /* data-mirrors="field-id": the same text */
  linli.behave('[data-mirrors]', (mirror) => {
    const field = document.getElementById(mirror.dataset.mirrors);
    field.addEventListener('input', () => { mirror.textContent = field.value; });
  });
})();
