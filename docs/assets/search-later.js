// The search index is the largest file of the site. Material asks for it on every page, at once; this holds that one
// request back until somebody turns to the search.
"use strict";

(() => {
  const send = XMLHttpRequest.prototype.send;
  const open = XMLHttpRequest.prototype.open;
  const held = [];
  let wanted = new URLSearchParams(location.search).has("q");

  const release = () => {
    wanted = true;
    held.splice(0).forEach((go) => go());
  };

  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.isSearchIndex = String(url).endsWith("search/search_index.json");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!this.isSearchIndex || wanted) return send.call(this, body);
    held.push(() => send.call(this, body));
    return undefined;
  };

  // The field takes the focus by pointer and by Material's keys; the magnifying glass of a narrow page opens it.
  document.addEventListener("focusin", (event) => { if (event.target.closest?.(".md-search")) release(); });
  document.addEventListener("click", (event) => { if (event.target.closest?.("[for=__search]")) release(); });
})();
