/* Reviewing by keys: J and K go through the rows of [data-review], Enter opens one, A approves, R refuses. */
(function () {
  'use strict';
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, select, textarea') || document.querySelector('dialog[open]')) return;
    const by = { j: 1, k: -1 }[event.key];
    if (by) {
      const rows = linli.all('[data-review] .name > a');
      const next = rows[Math.min(Math.max(rows.indexOf(document.activeElement) + by, 0), rows.length - 1)];
      if (next) next.focus();
    } else if (event.key === 'a' || event.key === 'r') {
      const chosen = document.querySelector(event.key === 'a' ? '[data-review-approve]' : '[data-review-refuse]');
      if (chosen) chosen.click();
    } else return;
    event.preventDefault();
  });
})();
