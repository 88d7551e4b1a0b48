// Names for what Material leaves without one, so that a screen reader can tell the parts apart.
"use strict";

(() => {
  const name = (element, label) => {
    element.removeAttribute("aria-labelledby");
    element.setAttribute("aria-label", label);
  };

  const start = () => {
    document.querySelectorAll(".md-search[role=dialog]").forEach((box) => name(box, "Search"));
    // A section with a page of its own: its label holds an icon only, the link beside it the title.
    document.querySelectorAll("nav[aria-labelledby]").forEach((nav) => {
      const label = document.getElementById(nav.getAttribute("aria-labelledby"));
      if (label && label.textContent.trim()) return;
      const link = nav.parentElement.querySelector(".md-nav__link .md-ellipsis");
      if (link) name(nav, link.textContent.trim());
    });
    // The table of contents stands twice: in the margin, and in the menu of a narrow page.
    document.querySelectorAll(".md-nav--primary .md-nav--secondary").forEach((nav) => {
      name(nav, "Table of contents, in the menu");
    });
  };

  // The copy button of a code block comes in a landmark of its own, when the block is first seen.
  let codes = 0;
  new MutationObserver(() => {
    document.querySelectorAll(".md-code__nav:not([aria-label])").forEach((nav) => {
      codes += 1;
      name(nav, `Code block ${codes}`);
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  onEachPage(start);
})();
