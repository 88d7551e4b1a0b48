// "Check mine": an editor whose lines the checker of vaetheory answers, in the reader's own browser.
//
// Nothing is loaded before the first click: then Python (check-worker.js, in a worker) and KaTeX, from this site.
// A worker that takes too long is ended and said to be so; the next check starts another. The page without
// this script shows the examples and names the command.
"use strict";

(() => {
  const ASSETS = new URL(".", document.currentScript.src);
  const LONGEST = 10000; // milliseconds for an answer
  const LOADING = 60000; // and for Python to start
  const PAUSE = 450; // in typing, before what stands there is checked
  const DRAFT = "vae-answer-sheet.draft";
  const LABELS = { holds: "Every line holds", fails: "A line fails", undecided: "Not everything could be decided",
    unread: "Not everything was read" };

  const make = (tag, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  };

  const loaded = new Map();
  const script = (name) => {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        const element = make("script", { src: new URL(name, ASSETS).href, onload: resolve });
        element.onerror = () => { loaded.delete(name); reject(new Error(`${name} did not load`)); };
        document.head.append(element);
      }));
    }
    return loaded.get(name);
  };

  // --- Python -------------------------------------------------------------------------------

  class Python {
    constructor(version, sources) {
      this.version = version;
      this.sources = sources;
      this.waiting = null;
    }

    // The answer to a request, or an Error that says what happened. One at a time: a newer one waits.
    ask(request) {
      const turn = (this.last ?? Promise.resolve()).catch(() => {}).then(() => this.send(request));
      this.last = turn;
      return turn;
    }

    start() {
      const address = new URL("check-worker.js", ASSETS);
      address.searchParams.set("version", this.version);
      if (this.sources) address.searchParams.set("sources", "");
      this.worker = new Worker(address, { type: "module" });
      this.ready = false;
      this.worker.onmessage = ({ data }) => this.hear(data);
      this.worker.onerror = (event) => {
        event.preventDefault();
        this.fail("Python did not start here. The command `vaetheory check` says the same.");
      };
    }

    send(request) {
      return new Promise((resolve, reject) => {
        if (!this.worker) this.start();
        this.id = (this.id ?? 0) + 1;
        this.waiting = { id: this.id, resolve, reject };
        this.mind();
        this.worker.postMessage({ id: this.id, request: JSON.stringify(request) });
      });
    }

    // Looks at the clock: Python may take long to start, an answer may not.
    mind() {
      clearTimeout(this.timer);
      if (!this.waiting) return;
      const [limit, said] = this.ready
        ? [LONGEST, "stopped: no answer within ten seconds. Shorten the text, or use the command."]
        : [LOADING, "stopped: Python did not start within a minute."];
      this.timer = setTimeout(() => this.fail(said), limit);
    }

    hear({ ready, broken, id, answer, error }) {
      if (ready) { this.ready = true; this.source = ready; this.mind(); return; }
      if (broken) { this.fail(`Python did not start here (${broken}). The command says the same.`); return; }
      if (this.waiting?.id !== id) return;
      const { resolve, reject } = this.waiting;
      this.waiting = null;
      clearTimeout(this.timer);
      if (error === undefined) resolve(JSON.parse(answer));
      else reject(new Error(`The checker broke down, which is a defect of it: ${error}`));
    }

    fail(said) {
      clearTimeout(this.timer);
      this.worker?.terminate();
      this.worker = null;
      const waiting = this.waiting;
      this.waiting = null;
      waiting?.reject(new Error(said));
    }
  }

  // --- The editor ---------------------------------------------------------------------------

  // A text area over a copy of its text that carries the line numbers and the marks.
  class Editor {
    constructor(changed) {
      this.area = make("textarea", { id: "check-mine-text", spellcheck: false, autocomplete: "off", rows: 8 });
      this.area.setAttribute("autocapitalize", "off");
      this.copy = make("div", { className: "check-copy" });
      this.copy.setAttribute("aria-hidden", "true");
      this.frame = make("div", { className: "check-editor" }, this.copy, this.area);
      this.area.addEventListener("input", () => { this.marks = []; this.draw(); changed(); });
      this.marks = [];
    }

    get text() { return this.area.value; }

    set text(value) { this.area.value = value; this.marks = []; this.draw(); }

    // Characters as Python counts them, for a row and a column that count from 1.
    place({ line, column, end }) {
      const rows = this.text.split("\n");
      const before = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
      const rest = Array.from(this.text.slice(before));
      const length = (count) => rest.slice(0, count).join("").length;
      return { from: before + length(column - 1), to: before + length(end - 1) };
    }

    mark(lines) {
      this.marks = lines.filter(({ source }) => source.cell === undefined).map((line) => ({
        ...this.place(line.source), verdict: line.verdict, sign: line.said.mark,
      }));
      this.draw();
    }

    draw() {
      let at = 0;
      this.copy.replaceChildren(...this.text.split("\n").map((row) => {
        const element = make("div", { className: "check-row" });
        const [from, to] = [at, at + row.length];
        at = to + 1;
        let done = from;
        for (const mark of this.marks) {
          const [start, end] = [Math.max(mark.from, done), Math.min(mark.to, to)];
          if (mark.from >= from && mark.from <= to) element.dataset.sign = mark.sign;
          if (mark.from >= from && mark.from <= to) element.dataset.verdict = mark.verdict;
          if (start >= end) continue;
          element.append(this.text.slice(done, start), make("mark",
            { className: `check-mark check-mark-${mark.verdict}`, textContent: this.text.slice(start, end) }));
          done = end;
        }
        element.append(this.text.slice(done, to) || (done === from ? "\u200b" : ""));
        return element;
      }));
    }

    select(source) {
      const { from, to } = this.place(source);
      this.area.focus();
      this.area.setSelectionRange(from, to);
    }
  }

  // --- The verdicts -------------------------------------------------------------------------

  // Sentences with $…$ in them: set where KaTeX can.
  const sentence = (name, text, macros) => {
    const said = make("p", { className: `check-${name}` });
    text.split(/\$([^$]+)\$/).forEach((part, place) => {
      if (place % 2) said.append(inline(part, macros));
      else said.append(part);
    });
    return said;
  };

  const inline = (tex, macros) => {
    const formula = make("span", { className: "maths" });
    try {
      window.katex.render(tex, formula, { macros: { ...macros }, strict: "ignore", throwOnError: true });
      return formula;
    } catch { return make("code", { textContent: tex }); }
  };

  const paragraph = (name, ...inside) => make("p", { className: `check-${name}` }, ...inside);

  const world = (rows) => {
    const body = make("tbody");
    for (const [name, value] of rows) {
      const head = make("th", { textContent: name });
      head.scope = "row";
      body.append(make("tr", {}, head, make("td", { textContent: value })));
    }
    const table = make("table", { className: "world" }, body);
    return make("div", { className: "check-world" },
      paragraph("label", "A world in which the sides differ:"), table);
  };

  // "A for B" in TeX: each set where KaTeX can, as it stands where not.
  const repair = (mistake, macros) => {
    const said = make("p", { className: "check-mistake" },
      "Probably: ", make("strong", { textContent: mistake.name }), ". It becomes true with ");
    mistake.repair.split(/ for (?=.)/).forEach((part, place) => {
      if (place) said.append(" for ");
      // A sign such as ≥ is no TeX, and needs none.
      said.append(/[\\A-Za-z0-9]/.test(part) ? inline(part, macros) : part);
    });
    said.append(".");
    return said;
  };

  const verdict = (line, macros, show) => {
    const { said } = line;
    const place = make("button", { type: "button", className: "check-place", textContent: said.position });
    place.addEventListener("click", () => show(line.source));
    const head = make("h2", {}, make("span", { className: "check-sign", textContent: said.mark, ariaHidden: "true" }),
      ` ${said.headline}`);
    const item = make("li", { className: `check-line check-${line.verdict}` });
    item.dataset.verdict = line.verdict;
    item.append(make("div", { className: "check-head" }, head, ...(line.source.cell === undefined ? [place] : [])));
    const formula = window.checkPreview.line(item, line.latex, macros);
    if (formula.classList.contains("check-bad")) {
      formula.replaceWith(make("pre", { className: "check-source", textContent: line.latex, tabIndex: 0 }));
    }
    if (line.verdict === "fails" || line.verdict === "unread") {
      item.append(make("pre", { className: "check-source", textContent: said.excerpt, tabIndex: 0 }));
    }
    if (line.verdict === "fails") item.append(paragraph("against", "checked against ", make("code", { textContent: line.against })));
    if (line.mistake) item.append(repair(line.mistake, macros));
    if (line.why && !(line.mistake && line.why.startsWith("this line becomes"))) item.append(sentence("why", line.why, macros));
    if (line.assumptions.length) item.append(sentence("why", `assuming ${line.assumptions.join("; ")}`, macros));
    if (line.reading) item.append(paragraph("why", `read as: ${line.reading}`));
    if (said.world.length) item.append(world(said.world));
    return item;
  };

  // --- The box ------------------------------------------------------------------------------

  class Box {
    constructor(place) {
      this.place = place;
      this.examples = [...place.querySelectorAll(".check-example")].map((element) => ({
        title: element.dataset.title, group: element.dataset.group, goal: element.dataset.goal ?? "",
        name: element.dataset.name, text: element.querySelector("code, pre").textContent,
      }));
      this.python = new Python(place.dataset.version, place.dataset.start === "sources");
      this.name = "yours.tex";
      this.build();
      this.restore();
    }

    build() {
      this.editor = new Editor(() => this.edited());
      this.menu = make("select", { id: "check-mine-example" }, make("option", { value: "", textContent: "your own" }));
      for (const group of new Set(this.examples.map((example) => example.group))) {
        const options = this.examples.map((example, number) => [example, number])
          .filter(([example]) => example.group === group)
          .map(([example, number]) => make("option", { value: String(number), textContent: example.title }));
        this.menu.append(make("optgroup", { label: group }, ...options));
      }
      this.menu.addEventListener("change", () => this.choose());
      this.goal = make("select", { id: "check-mine-goal" }, make("option", { value: "", textContent: "none" }),
        ...this.place.dataset.goals.split("|").map((key) => make("option", { value: key, textContent: key })));
      this.goal.addEventListener("change", () => { this.keep(); if (this.answered) this.check(); });
      this.button = make("button", { type: "button", className: "check-go", textContent: "Check" });
      this.button.addEventListener("click", () => this.check());
      this.hint = make("button", { type: "button", textContent: "Hint" });
      this.hint.addEventListener("click", () => this.check(true));
      this.status = make("p", { className: "check-status" });
      this.status.setAttribute("role", "status");
      this.verdicts = make("ol", { className: "check-verdicts" });
      this.preview = make("div", { className: "check-preview" });
      this.shown = make("section", { className: "check-shown", hidden: true },
        make("h2", { textContent: "As it is set" }), this.preview);
      this.shown.setAttribute("aria-label", "Your text, set");
      const label = (control, text) => {
        const element = make("label", {}, `${text} `, control);
        element.htmlFor = control.id;
        return element;
      };
      const title = make("label", { className: "check-title", textContent: "Your derivation, in LaTeX or Markdown" });
      title.htmlFor = this.editor.area.id;
      const tools = make("div", { className: "check-tools" }, label(this.menu, "Example"), label(this.goal, "Goal"));
      const actions = make("div", { className: "check-tools" }, this.button, this.hint,
        make("span", { className: "check-keys", textContent: "Ctrl + Enter checks, too" }));
      this.place.replaceChildren(tools, title, this.editor.frame, actions, this.status, this.verdicts, this.shown);
      this.place.classList.add("check-ready");
      this.editor.area.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.check();
      });
      new ResizeObserver(() => window.checkPreview?.mind(this.place)).observe(this.place);
    }

    // The text that was here before, of this tab only; else the first example.
    restore() {
      let kept = null;
      try { kept = JSON.parse(sessionStorage.getItem(DRAFT)); } catch { /* nothing is kept in private mode */ }
      if (kept && typeof kept.text === "string") {
        this.editor.text = kept.text;
        this.goal.value = kept.goal ?? "";
        const same = this.examples.findIndex((example) => example.text === kept.text);
        this.menu.value = same < 0 ? "" : String(same);
        this.name = same < 0 ? kept.name ?? this.name : this.examples[same].name;
      } else if (this.examples.length) {
        this.menu.value = "0";
        this.choose();
      }
    }

    keep() {
      try {
        sessionStorage.setItem(DRAFT, JSON.stringify({ text: this.editor.text, goal: this.goal.value, name: this.name }));
      } catch { /* nothing is kept in private mode */ }
    }

    choose() {
      const example = this.examples[this.menu.value];
      if (!example) return;
      this.editor.text = example.text;
      this.goal.value = example.goal;
      this.name = example.name;
      this.keep();
      if (this.answered) this.check();
    }

    edited() {
      this.menu.value = "";
      this.keep();
      if (!this.answered) return;
      this.place.classList.add("check-stale");
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.check(), PAUSE);
    }

    say(text, kind = "") {
      this.status.textContent = text;
      this.status.dataset.kind = kind;
    }

    async check(hint = false) {
      clearTimeout(this.pause);
      if (location.protocol === "file:") {
        this.say("A page that is opened as a file may not start Python: run `make serve`, or use the command.", "broken");
        return;
      }
      const request = { text: this.editor.text, name: this.name, goal: this.goal.value, hint };
      const turn = (this.turn ?? 0) + 1;
      this.turn = turn;
      const began = performance.now();
      this.place.dataset.state = "busy";
      if (!this.answered) this.say("Python is starting in your browser …");
      try {
        const [report] = await Promise.all([this.python.ask(request), script("katex/katex.min.js"),
          script("check-preview.js")]);
        if (turn !== this.turn) return;
        this.answered = true;
        this.show(report, request);
        this.place.dataset.milliseconds = String(Math.round(performance.now() - began));
        this.place.dataset.source = this.python.source;
        this.place.dataset.state = "answered";
      } catch (error) {
        if (turn !== this.turn) return;
        this.verdicts.replaceChildren();
        this.editor.mark([]);
        this.say(error.message, "broken");
        this.place.dataset.state = "broken";
      }
      this.place.classList.remove("check-stale");
    }

    show(report, request) {
      const { found } = window.checkPreview.macros(request.text);
      this.verdicts.replaceChildren(...report.lines.map((line) => verdict(line, found, (source) => this.editor.select(source))));
      this.editor.mark(report.lines);
      this.place.dataset.verdict = report.verdict;
      const said = [`${LABELS[report.verdict]}${report.why ? `: ${report.why}` : ""}.`];
      if (report.lines.length) said[0] = `${LABELS[report.verdict]} (${report.summary.replace(/^.*\(|\)$/g, "")}).`;
      if (report.goal) {
        const { question, theorem, why, largest_step: step } = report.goal;
        said.push(`Goal ${question} (${theorem}): ${why}.`);
        if (step) said.push(`Largest step: line ${step.line}, ${step.size} changes at once.`);
      }
      if (report.hint) said.push(`Hint: ${report.hint}.`);
      this.say(said.join(" "), report.verdict);
      this.shown.hidden = request.name.endsWith(".ipynb");
      if (!this.shown.hidden) window.checkPreview.all(this.preview, request.text);
      window.checkPreview.mind(this.place);
    }

    end() {
      clearTimeout(this.pause);
      this.python.fail("the page was left");
    }
  }

  let boxes = [];
  const start = () => {
    // Material's instant navigation takes pages away: their workers end with them.
    boxes.filter((box) => !box.place.isConnected).forEach((box) => box.end());
    boxes = boxes.filter((box) => box.place.isConnected);
    document.querySelectorAll("[data-widget=check-mine]:not(.check-ready)").forEach((place) => boxes.push(new Box(place)));
  };
  onEachPage(start);
})();
