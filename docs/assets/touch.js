// What the things to touch have in common: elements, sliders, dragging, random numbers, and starting anew
// on each page that Material's instant navigation brings.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";

  const filled = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const html = (tag, attributes = {}, ...children) =>
    filled(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    filled(document.createElementNS(SVG, tag), attributes, children);

  const number = (value, digits = 3) => value.toFixed(digits).replace("-", "−");
  const count = (n) => n.toLocaleString("en").replaceAll(",", " ");

  const SCALES = { linear: (v) => v, log: Math.log, log1p: Math.log1p };
  const INVERSES = { linear: (v) => v, log: Math.exp, log1p: Math.expm1 };

  // The scale that vaetheory/presentation/touch/axes.py drew with: from a value to its place, and back.
  const axis = ({ scale, low, high, start: from, end: to }) => {
    const f = SCALES[scale];
    const width = f(high) - f(low);
    return {
      at: (value) => from + ((f(value) - f(low)) / width) * (to - from),
      value: (place) => INVERSES[scale](f(low) + ((place - from) / (to - from)) * width),
      from,
      to,
    };
  };

  // A range input with its name and its value in words. `spoken` turns the position into what is read.
  const slider = ({ name, label, min, max, step, value, spoken, changed }) => {
    const input = html("input", { type: "range", min, max, step, "aria-label": label });
    const output = html("output");
    input.value = value;
    const tell = () => {
      const words = spoken(Number(input.value));
      output.textContent = words;
      input.setAttribute("aria-valuetext", words);
    };
    input.addEventListener("input", () => { tell(); changed(Number(input.value)); });
    tell();
    const row = html("label", { class: "touch-slider" }, html("span", {}, name), input, output);
    return {
      row,
      input,
      get value() { return Number(input.value); },
      set value(position) { input.value = position; tell(); },
    };
  };

  const button = (text, pressed, attributes = {}) => {
    const element = html("button", { type: "button", ...attributes }, text);
    element.addEventListener("click", pressed);
    return element;
  };

  // One choice out of several, as radio buttons: arrow keys move among them.
  let groups = 0;
  const choice = ({ label, options, chosen, changed, className = "" }) => {
    groups += 1;
    const inputs = options.map(({ value, name }) => html("input", {
      type: "radio", name: `touch-${groups}`, value, "aria-label": name, checked: value === chosen,
    }));
    inputs.forEach((input) => input.addEventListener("change", () => changed(input.value)));
    const labels = options.map(({ face }, k) => html("label", {}, inputs[k], face));
    const row = html("fieldset", { class: `touch-choice ${className}` }, html("legend", {}, label), ...labels);
    return { row, choose: (value) => inputs.forEach((input) => { input.checked = input.value === value; }) };
  };

  // Calls moved(x, y) with coordinates of the drawing's viewBox while the pointer is down on `target`.
  const dragging = (drawing, target, moved, done = () => {}) => {
    let pointer = null;
    const report = (event) => {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
      moved(place.x, place.y);
    };
    target.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      pointer = event.pointerId;
      target.setPointerCapture(pointer);
      report(event);
    });
    target.addEventListener("pointermove", (event) => { if (event.pointerId === pointer) report(event); });
    for (const end of ["pointerup", "pointercancel"]) {
      target.addEventListener(end, (event) => {
        if (event.pointerId !== pointer) return;
        pointer = null;
        done();
      });
    }
  };

  // mulberry32: small, seeded, good enough for a picture. Uniform in [0, 1).
  const uniforms = (seed) => {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  };
  // Box and Muller's normal numbers.
  const normals = (seed) => {
    const uniform = uniforms(seed);
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  };
  // −log(−log u): standard Gumbel numbers, u kept off 0.
  const gumbels = (seed) => {
    const uniform = uniforms(seed);
    return () => -Math.log(-Math.log(uniform() + 2 ** -33));
  };

  // At most one call of `draw` a frame, however often it is asked for.
  const framed = (draw) => {
    let asked = false;
    return () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => { asked = false; draw(); });
    };
  };

  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // make(place) for every element with data-widget=name, on this page and on those that follow.
  const start = (name, make) => {
    const run = () => {
      document.querySelectorAll(`[data-widget=${name}]:not(.widget)`).forEach((place) => {
        place.classList.add("widget");
        make(place);
      });
    };
    onEachPage(run);
  };

  window.vaeTouch = {
    html, svg, number, count, axis, slider, button, choice, dragging, uniforms, normals, gumbels, framed, still, start,
  };
})();
