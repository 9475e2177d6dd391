// Light or dark: the browser's wish, or what was chosen in the menu. No module, because it must run before the first
// paint: a page that flashes white at night is worse than one blocking request that is cached for ever.
(() => {
  "use strict";

  const KEY = "clinicbox.theme";
  const BY_WISH = "screen and (prefers-color-scheme: dark)";
  const MEDIA = { dark: "screen", light: "not all" };
  const sheet = document.getElementById("dark");

  function chosen() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is switched off in this browser
    }
  }

  function choose(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice holds for this page
    }
    show(theme);
  }

  function show(theme) {
    sheet.media = MEDIA[theme] || BY_WISH;
  }

  show(chosen());
  addEventListener("storage", (event) => {
    if (event.key === KEY) show(event.newValue);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) choose(matchMedia(sheet.media).matches ? "light" : "dark");
  });
})();
