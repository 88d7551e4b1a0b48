// The search index keeps the TeX of a formula, so that it is found by its words; in the results it is rendered.
// KaTeX is loaded when the first result with a formula appears.
"use strict";

(() => {
  const ASSETS = new URL(".", document.currentScript.src);
  const EDGE = "\u2063"; // of vaetheory.presentation.katex
  const FORMULA = new RegExp(`${EDGE}\\s([^]*?)\\s${EDGE}`, "g");
  let loading;

  const katex = () => (loading ??= new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), {
      src: new URL("katex/katex.min.js", ASSETS).href, onload: () => resolve(window.katex), onerror: reject });
    document.head.append(element);
  }));

  const plain = (html) => Object.assign(document.createElement("textarea"), { innerHTML: html }).value;

  // The words that were searched for are marked inside the TeX; such a formula is marked as a whole.
  const formula = (maths, inner) => {
    const tex = plain(inner.replace(/<\/?mark[^>]*>/g, "")).replace(/^\\displaystyle\s*/, "");
    const html = maths.renderToString(tex, { throwOnError: false });
    return inner.includes("<mark") ? `<mark data-md-highlight>${html}</mark>` : html;
  };
  // A text that is cut off inside a formula keeps its TeX, and loses the edge.
  const rendered = (maths, html) => html.replace(FORMULA, (_, inner) => formula(maths, inner)).replaceAll(EDGE, "");

  const render = async (list) => {
    const found = [...list.querySelectorAll(".md-search-result__article :is(h1, h2, p, li, td)")]
      .concat([...list.querySelectorAll(".md-search-result__article")])
      .filter((element) => element.innerHTML.includes(EDGE));
    if (!found.length) return;
    const maths = await katex();
    for (const element of found) {
      if (element.isConnected) element.innerHTML = rendered(maths, element.innerHTML);
    }
  };

  const watch = () => {
    const list = document.querySelector(".md-search-result__list");
    if (list) new MutationObserver(() => { render(list).catch(() => {}); }).observe(list, { childList: true, subtree: true });
  };
  // The search stays where it is when instant navigation changes the page.
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", watch);
  else watch();
})();
