/* A number field between − and + ([data-stepper] with buttons [data-by]); in its form [data-sum-row] shows in [data-sum]
   what all fields with a data-price (fen) come to. Counting is in thousandths, so that 0.1 + 0.2 stays 0.3. */
(function () {
  'use strict';

  function thousandths(text) {
    return Math.round((parseFloat(text) || 0) * 1000);
  }

  function step(field, by) {
    const most = field.max ? thousandths(field.max) : Infinity;
    const wanted = thousandths(field.value) + (thousandths(field.step) || 1000) * by;
    const next = Math.max(0, Math.min(most, wanted));
    field.value = next ? next / 1000 : '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function sum(row) {
    const fen = linli.all('input[data-price]', row.closest('form')).reduce(
      (all, field) => all + Math.round(thousandths(field.value) * field.dataset.price / 1000), 0);
    row.querySelector('[data-sum]').textContent = '¥' + (fen / 100).toLocaleString('en', { minimumFractionDigits: 2 });
    row.hidden = fen <= 0;
  }

  linli.behave('[data-stepper]', (stepper) => {
    const field = stepper.querySelector('input');
    linli.all('[data-by]', stepper).forEach((button) => {
      button.hidden = false;
      button.addEventListener('click', () => step(field, Number(button.dataset.by)));
    });
  });
  linli.behave('[data-sum-row]', (row) => {
    row.closest('form').addEventListener('input', () => sum(row));
    sum(row);
  });
})();
