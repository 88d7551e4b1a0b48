// Renders TeX for the site: one JSON request a line on stdin, one JSON reply a line on stdout.
//   {"tex": "\\log p(x)", "display": false}  →  {"html": "<span class=\"katex\">…"} or {"error": "…"}
// KaTeX is found through NODE_PATH. Strict: what LaTeX would not accept is an error here, too.
"use strict";

const readline = require("node:readline");
const katex = require("katex");

// A narrow page breaks lines after relations, but never inside p(x | z).
const macros = { "\\mid": "\\mathrel{∣}\\nobreak" };

const render = ({ tex, display }) =>
  katex.renderToString(tex, {
    displayMode: display,
    macros: { ...macros },
    output: "htmlAndMathml",
    strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
    throwOnError: true,
    // The marks that vaetheory.presentation.notation sets, and nothing else.
    trust: ({ command }) => command === "\\htmlData",
  });

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let reply;
  try {
    reply = { html: render(JSON.parse(line)) };
  } catch (error) {
    reply = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
});
