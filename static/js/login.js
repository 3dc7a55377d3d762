/* A demonstration's logins fill the form at a tap. */
(function () {
  'use strict';
  document.addEventListener('click', (event) => {
    const login = event.target.closest('[data-fill-login]');
    if (!login) return;
    const form = document.getElementById('login');
    form.username.value = login.dataset.username;
    form.password.value = login.dataset.password;
    form.querySelector('button').focus();
  });
})();
