// Says what a density in a formula is called, where it is pointed at or touched. The words come from
// notation-words.js, which the build writes; the legend below each derivation says the same without a script.
"use strict";

(() => {
  const tip = document.createElement("div");
  tip.className = "notation-tip";
  tip.hidden = true;
  // Formulas read to a screen reader are the MathML beside the drawing; this is for the eye.
  tip.setAttribute("aria-hidden", "true");

  const hide = () => { tip.hidden = true; };

  const show = (symbol) => {
    const words = (window.vaeNotation ?? {})[symbol.dataset.n];
    if (!words) return;
    if (!tip.isConnected) document.body.append(tip);
    tip.textContent = words;
    tip.hidden = false;
    const at = symbol.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(at.left + at.width / 2 - own.width / 2, innerWidth - own.width - 8);
    const above = at.top - own.height - 6;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above > 0 ? above : at.bottom + 6}px`;
  };

  const over = (event) => {
    const symbol = event.target.closest?.(".katex [data-n]");
    if (symbol) show(symbol); else hide();
  };

  document.addEventListener("pointerover", over);
  document.addEventListener("pointerdown", over);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, { capture: true, passive: true });
})();
