// Mathematics in the text of a reader, set by KaTeX in the browser: window.checkPreview.
//
// Bad TeX shows its error in its place; nothing here throws.
"use strict";

window.checkPreview = (() => {
  const ENVIRONMENTS = {
    equation: "gathered", align: "aligned", gather: "gathered", multline: "gathered", flalign: "aligned",
    displaymath: "gathered", alignat: "aligned", split: "aligned", aligned: "aligned", gathered: "gathered",
    eqnarray: "aligned",
  };
  const PIECES = new RegExp([
    String.raw`\$\$([\s\S]+?)\$\$`,
    String.raw`\\\[([\s\S]+?)\\\]`,
    String.raw`\\begin\{(${Object.keys(ENVIRONMENTS).join("|")})(\*?)\}([\s\S]+?)\\end\{\3\4\}`,
    String.raw`\\\(([\s\S]+?)\\\)`,
    String.raw`\$([^$\n]+?)\$`,
  ].join("|"), "g");
  const UNSET = /\\(?:label|tag\*?|intertext|shortintertext|vspace|hspace)\s*\{[^{}]*\}|\\(?:nonumber|notag|noindent)\b/g;
  const REMARK = /(^|[^\\])%[^\n]*/g;

  // The argument in braces that begins at `from`, and where it ends.
  const braced = (text, from) => {
    let depth = 0;
    for (let at = from; at < text.length; at += 1) {
      if (text[at] === "\\") at += 1;
      else if (text[at] === "{") depth += 1;
      else if (text[at] === "}") {
        depth -= 1;
        if (depth === 0) return { inside: text.slice(from + 1, at), end: at + 1 };
      }
    }
    return null;
  };

  // The macros that the text defines, and the text without their definitions.
  const macros = (text) => {
    const found = {};
    const opening = /\\(newcommand|renewcommand|providecommand|DeclareMathOperator|def)\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?((?:\s*\[[^\]]*\])*(?:#\d)*)\s*(?=\{)/g;
    let rest = "";
    let last = 0;
    for (let match = opening.exec(text); match; match = opening.exec(text)) {
      const body = braced(text, opening.lastIndex);
      if (!body) break;
      found[match[2]] = match[1] === "DeclareMathOperator" ? `\\operatorname{${body.inside}}` : body.inside;
      rest += text.slice(last, match.index);
      last = body.end;
      opening.lastIndex = body.end;
    }
    return { found, rest: rest + text.slice(last) };
  };

  const set = (place, tex, known, display) => {
    const formula = document.createElement(display ? "div" : "span");
    formula.className = display ? "check-formula" : "maths";
    const source = tex.replace(REMARK, "$1").replace(UNSET, "").trim();
    try {
      window.katex.render(source, formula, {
        displayMode: display, macros: { ...known }, strict: "ignore", trust: false, maxExpand: 2000, maxSize: 40,
        throwOnError: true, output: "htmlAndMathml",
      });
    } catch (error) {
      formula.className = "check-bad";
      const said = document.createElement("span");
      said.textContent = String(error.message ?? error).replace(/^KaTeX parse error:\s*/, "");
      const code = document.createElement("code");
      code.textContent = source;
      formula.replaceChildren(code, said);
    }
    place.append(formula);
    return formula;
  };

  const environment = (name, body) => {
    const kind = ENVIRONMENTS[name];
    const inside = name === "alignat" ? body.replace(/^\s*\{\d*\}/, "") : body;
    const columns = name === "eqnarray" ? inside.replace(/&([^&\\]*)&/g, "&$1") : inside;
    return `\\begin{${kind}}${columns}\\end{${kind}}`;
  };

  const prose = (place, text) => {
    for (const part of text.split(/\n\s*\n/)) {
      const said = part.replace(/<!--[\s\S]*?-->/g, "").replace(REMARK, "$1").trim();
      if (said) place.append(said, " ");
    }
  };

  // The whole text: prose as it is, mathematics set.
  const all = (place, text) => {
    place.replaceChildren();
    const { found, rest } = macros(text);
    let last = 0;
    let any = false;
    for (const match of rest.matchAll(PIECES)) {
      any = true;
      prose(place, rest.slice(last, match.index));
      last = match.index + match[0].length;
      const [, dollars, brackets, name, , body, round, dollar] = match;
      if (name) set(place, environment(name, body), found, true);
      else if (dollars ?? brackets) set(place, aligned(dollars ?? brackets), found, true);
      else set(place, round ?? dollar, found, false);
    }
    if (any) prose(place, rest.slice(last));
    else {
      const bare = rest.split("\n").map((row) => row.replace(REMARK, "$1").trim()).filter(Boolean);
      for (const row of bare) set(place, row.replace(/\\\\$/, "").replaceAll("&", ""), found, true);
    }
  };

  const aligned = (body) =>
    /\\\\|&/.test(body) && !/\\begin/.test(body) ? `\\begin{aligned}${body}\\end{aligned}` : body;

  // One line of a derivation: without the marks of its layout.
  const line = (place, tex, known) =>
    set(place, tex.replace(/(^|[^\\])&(?:amp;)?/g, "$1").replace(/\\\\(\[[^\]]*\])?\s*$/, ""), known, true);

  // A formula that is wider than its place says so, and can be reached by the keyboard.
  const mind = (root) => {
    for (const formula of root.querySelectorAll(".check-formula")) {
      const scrolls = formula.scrollWidth > formula.clientWidth + 1;
      formula.classList.toggle("scrolls", scrolls);
      if (scrolls) {
        formula.tabIndex = 0;
        formula.setAttribute("role", "group");
        formula.setAttribute("aria-label", "Formula, scrolls sideways");
      } else {
        formula.removeAttribute("tabindex");
        formula.removeAttribute("role");
        formula.removeAttribute("aria-label");
      }
    }
  };

  return { all, line, macros, mind };
})();
