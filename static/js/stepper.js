/* A number field between − and + ([data-stepper] with buttons [data-by]); in its form [data-sum] shows what all fields
   with a data-price (fen) come to. Counting is in thousandths, so that 0.1 + 0.2 stays 0.3. */
(function () {
  'use strict';

  function thousandths(field) {
    return Math.round((parseFloat(field.value) || 0) * 1000);
  }

  function step(field, by) {
    const next = Math.max(0, thousandths(field) + Math.round(parseFloat(field.step) * 1000) * by);
    field.value = next ? next / 1000 : '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function sum(form) {
    const box = form.querySelector('[data-sum]');
    const fen = linli.all('input[data-price]', form).reduce(
      (all, field) => all + Math.round(thousandths(field) * field.dataset.price / 1000), 0);
    box.textContent = '¥' + (fen / 100).toLocaleString('en', { minimumFractionDigits: 2 });
    linli.all('[data-sum], [data-sum-label]', form).forEach((part) => { part.hidden = false; });
  }

  linli.behave('[data-stepper]', (stepper) => {
    const field = stepper.querySelector('input');
    linli.all('[data-by]', stepper).forEach((button) => {
      button.hidden = false;
      button.addEventListener('click', () => step(field, Number(button.dataset.by)));
    });
  });
  linli.behave('[data-sum]', (box) => {
    const form = box.closest('form');
    form.addEventListener('input', () => sum(form));
    sum(form);
  });
})();
