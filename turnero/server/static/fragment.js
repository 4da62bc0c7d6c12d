// Puts the secret of a link's fragment (after #), which no server ever sees, into the form's
// first field, removes it from the address, and sends the form where the form says so.
const secret = decodeURIComponent(location.hash.slice(1));
const field = document.querySelector("main form input:not([type=hidden])");
if (secret && field) {
  history.replaceState(null, "", location.pathname);
  field.value = secret;
  if (field.form.hasAttribute("data-send-fragment")) field.form.requestSubmit();
}
