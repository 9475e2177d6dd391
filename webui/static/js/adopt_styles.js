// A library that writes a <style> element is refused by our content-security policy. A sheet made by script is allowed,
// because only scripts of ours run: this takes over the rules of such elements. Call it once the library has drawn:
// adoptStyles(wave.getWrapper().getRootNode()).

export function adoptStyles(root) {
  const sheets = Array.from(root.querySelectorAll("style"), (style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style.textContent);
    return sheet;
  });
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets];
}
