/* How much of each: − and + around a number field, and what all of it comes to. Without this the fields do alone. */
(function () {
  'use strict';

  linli.behave('[data-amount]', (box) => {
    const input = box.querySelector('input');
    const button = (sign, label, by) => {
      const it = document.createElement('button');
      it.type = 'button';
      it.className = 'button';
      it.textContent = sign;
      it.setAttribute('aria-label', label);
      it.addEventListener('click', () => {
        const most = input.max ? Number(input.max) : Infinity;
        input.value = Math.min(most, Math.max(0, Math.round(((Number(input.value) || 0) + by) * 1000) / 1000));
        input.dispatchEvent(new Event('input', { bubbles: true }));
      });
      return it;
    };
    input.before(button('−', box.dataset.less, -1));
    input.after(button('+', box.dataset.more, 1));
  });

  linli.behave('form[data-amounts]', (form) => {
    const add = () => {
      const fen = linli.all('[data-fen]', form).reduce((sum, input) => sum + Math.round(input.value * input.dataset.fen), 0);
      const row = form.querySelector('[data-sum-row]');
      row.hidden = !(fen > 0);
      form.querySelector('[data-sum]').textContent = '¥' + (fen / 100).toFixed(2);
    };
    form.addEventListener('input', add);
    add();
  });
})();
