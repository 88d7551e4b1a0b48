// onEachPage(start) runs start on every page that is shown: instant navigation replaces a page without loading it.
"use strict";

// Opened as a file, a page has no instant navigation, and Material's document$ ends before it has said anything.
window.onEachPage = (start) => {
  if (window.document$ && location.protocol !== "file:") window.document$.subscribe(start);
  else if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
};
