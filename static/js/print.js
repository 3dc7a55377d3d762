/* [data-print] prints the page; without JavaScript, and in WeChat, which cannot print, it is not shown. */
(function () {
  'use strict';

  linli.behave('[data-print]', (button) => {
    if (/MicroMessenger/i.test(navigator.userAgent)) return;
    button.hidden = false;
    button.addEventListener('click', () => print());
  });
})();
