// Turns each derivation of a page into one that is read line by line.
//
// Without this script every line stands on the page. With it: buttons, ← and →, Home and End, swipes, a link
// to each line (#name-3), and a button that shows all lines again. It runs on every page that Material's
// instant navigation brings, and leaves what it has already enhanced alone.
"use strict";

(() => {
  const STEP_HASH = /^#(.+)-(\d+)$/;
  const PREFERENCE = "vae-answer-sheet.lines";

  const remembered = () => {
    try { return localStorage.getItem(PREFERENCE); } catch { return null; }
  };
  const remember = (value) => {
    try { localStorage.setItem(PREFERENCE, value); } catch { /* private mode: nothing is kept */ }
  };

  const button = (label, text, action) => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    if (label) element.setAttribute("aria-label", label);
    element.addEventListener("click", () => {
      if (element.ariaDisabled !== "true") action();
    });
    return element;
  };

  class Stepper {
    constructor(block) {
      this.block = block;
      this.steps = [...block.querySelectorAll(".step")];
      this.foot = block.querySelector(".derivation-foot");
      this.current = 1;
      this.all = false;
      this.build();
      this.listen();
      const asked = this.lineOf(location.hash);
      if (asked) this.go(asked);
      else if (remembered() === "all") this.showAll();
      else this.go(1, { link: false });
    }

    build() {
      this.back = button("Previous line", "←", () => this.go(this.current - 1));
      this.next = button("Next line", "→", () => this.go(this.current + 1));
      this.toggle = button("", "All lines", () => {
        if (this.all) { remember("one"); this.go(1); } else { remember("all"); this.showAll(); }
      });
      this.toggle.className = "stepper-all";
      this.status = document.createElement("span");
      this.status.className = "stepper-status";
      this.status.setAttribute("role", "status");
      this.bar = document.createElement("progress");
      this.bar.max = this.steps.length;
      this.bar.setAttribute("aria-hidden", "true");
      const tools = document.createElement("div");
      tools.className = "stepper";
      tools.setAttribute("role", "group");
      tools.setAttribute("aria-label", "Step through the derivation");
      tools.append(this.back, this.next, this.status, this.bar, this.toggle);
      this.block.prepend(tools);
      this.block.classList.add("stepping");
    }

    listen() {
      this.block.addEventListener("what-if", ({ detail: mistaken }) => {
        if (mistaken && !this.all) { this.current = this.steps.length; this.paint(); }
        markScrolling(this.block);
      });
      for (const [index, step] of this.steps.entries()) {
        step.querySelector(".step-number").addEventListener("click", (event) => {
          event.preventDefault();
          event.stopPropagation();
          this.go(index + 1);
        });
      }
      let start = null;
      this.block.addEventListener("touchstart", (event) => {
        const formula = event.target.closest(".formula");
        const scrolls = formula && formula.scrollWidth > formula.clientWidth + 1;
        start = event.touches.length === 1 && !scrolls ? event.touches[0] : null;
      }, { passive: true });
      this.block.addEventListener("touchend", (event) => {
        if (!start) return;
        const dx = event.changedTouches[0].clientX - start.clientX;
        const dy = event.changedTouches[0].clientY - start.clientY;
        start = null;
        if (Math.abs(dx) > 45 && Math.abs(dy) < Math.abs(dx) / 2) this.go(this.current - Math.sign(dx));
      }, { passive: true });
    }

    lineOf(hash) {
      const match = STEP_HASH.exec(decodeURIComponent(hash));
      if (!match || match[1] !== this.block.id) return 0;
      const line = Number(match[2]);
      return line >= 1 && line <= this.steps.length ? line : 0;
    }

    go(line, { link = true } = {}) {
      this.all = false;
      this.current = Math.min(Math.max(line, 1), this.steps.length);
      // A mistake that stands in for the last line goes when the reader steps.
      this.block.dispatchEvent(new CustomEvent("line"));
      this.paint();
      if (link) history.replaceState(history.state, "", `#${this.block.id}-${this.current}`);
    }

    showAll() {
      this.all = true;
      this.current = this.steps.length;
      this.paint();
    }

    paint() {
      this.steps.forEach((step, index) => {
        step.hidden = !this.all && index >= this.current;
        step.classList.toggle("step-current", !this.all && index === this.current - 1);
      });
      this.foot.hidden = this.current < this.steps.length;
      // Not `disabled`: a button that has the focus must not lose it at the last line.
      this.back.ariaDisabled = String(this.all || this.current === 1);
      this.next.ariaDisabled = String(this.all || this.current === this.steps.length);
      this.bar.value = this.current;
      this.status.textContent = this.all
        ? `All ${this.steps.length} lines`
        : `Line ${this.current} of ${this.steps.length}`;
      this.toggle.textContent = this.all ? "One line at a time" : "All lines";
      markScrolling(this.block);
    }

    key(event) {
      const jump = {
        ArrowRight: this.current + 1, ArrowLeft: this.current - 1, Home: 1, End: this.steps.length,
      }[event.key];
      if (jump === undefined || this.all) return false;
      this.go(jump);
      return true;
    }
  }

  let steppers = [];

  // A formula that is wider than the page says so and can be scrolled from the keyboard.
  // In a derivation it first takes the room of the rule beside it, which then stands below.
  const markScrolling = (root) => {
    for (const step of root.querySelectorAll(".step:not([hidden])")) {
      const formula = step.querySelector(":scope > .formula");
      step.classList.remove("step-wide");
      if (formula.scrollWidth > formula.clientWidth + 1) step.classList.add("step-wide");
    }
    for (const formula of root.querySelectorAll(".formula")) {
      const scrolls = formula.scrollWidth > formula.clientWidth + 1;
      formula.classList.toggle("scrolls", scrolls);
      formula.tabIndex = scrolls ? 0 : -1;
      if (scrolls) {
        formula.setAttribute("role", "group");
        formula.setAttribute("aria-label", "Formula, scrolls sideways");
      } else {
        formula.removeAttribute("role");
        formula.removeAttribute("aria-label");
      }
    }
  };

  const visible = ({ block }) => {
    const box = block.getBoundingClientRect();
    return box.top < innerHeight * 0.8 && box.bottom > innerHeight * 0.2;
  };

  // Arrow keys belong to the derivation that has the focus, or else to the one on the screen.
  const onKey = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const focus = document.activeElement;
    if (focus && focus.closest("input, textarea, select, [contenteditable], .formula.scrolls")) return;
    const own = steppers.find(({ block }) => block.contains(focus));
    const onScreen = steppers.filter(visible);
    const stepper = own ?? (onScreen.length === 1 ? onScreen[0] : null);
    const pageKey = event.key === "Home" || event.key === "End";
    if (!stepper || (pageKey && !own)) return;
    if (stepper.key(event)) event.preventDefault();
  };

  const onHash = () => {
    for (const stepper of steppers) {
      const line = stepper.lineOf(location.hash);
      if (line) {
        stepper.go(line);
        stepper.steps[line - 1].scrollIntoView({ block: "nearest" });
      }
    }
  };

  const start = () => {
    steppers = steppers.filter(({ block }) => block.isConnected);
    for (const block of document.querySelectorAll(".derivation:not(.stepping)")) {
      steppers.push(new Stepper(block));
    }
    markScrolling(document);
    if (location.hash) onHash();
  };

  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", onHash);
  addEventListener("resize", () => markScrolling(document));
  document.fonts.ready.then(() => markScrolling(document));
  onEachPage(start);
})();
