// The latent plane of a CVAE to touch: move z, choose the class, and see the decoder's mean at once.
//
// The page holds the plane as a drawing and one row of decoded digits. The weights, and the test digits to
// choose from, come from this site at the first touch: decoder.json, decoder.f16 and explorer.json, as
// `vaemodels export --explorer` wrote them. Nothing is computed anywhere else.
"use strict";

(() => {
  const { html, svg, number, button, choice, dragging, normals, framed, still, start } = window.vaeTouch;
  const FILES = new URL("../results/explorer/", document.currentScript.src);
  const BORDER = 3.6;
  const STEP = { coarse: 0.1, fine: 0.02 };
  const GLIDE = 350;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const clamp = (value) => Math.min(BORDER, Math.max(-BORDER, value));
  const smooth = (t) => t * t * (3 - 2 * t);

  const fetched = async (name) => {
    const answer = await fetch(new URL(name, FILES));
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer;
  };

  // Ink of strengths 0 … 255 on nothing.
  const ink = (canvas, levels) => {
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(canvas.width, canvas.height);
    for (let k = 0; k < levels.length; k += 1) pixels.data[4 * k + 3] = levels[k];
    context.putImageData(pixels, 0, 0);
  };

  // KL[N(m, diag s²) ‖ N(0, I)]
  const divergence = ({ mean, scale }) =>
    mean.reduce((sum, m, k) => sum + 0.5 * (m ** 2 + scale[k] ** 2 - 1) - Math.log(scale[k]), 0);

  class Explorer {
    constructor(place) {
      this.place = place;
      this.values = JSON.parse(place.dataset.values);
      this.z = [0, 0];
      this.c = this.values.chosen;
      this.draw = normals(1);
      this.paint = framed(() => this.show());
      this.build();
      this.firstPicture();
      this.show();
      for (const touch of ["pointerenter", "pointerdown", "touchstart", "focusin"]) {
        place.addEventListener(touch, () => this.load(), { passive: true });
      }
    }

    // --- Building -----------------------------------------------------------------------------

    build() {
      const { classes, shape: [height, width] } = this.values;
      this.plane = this.place.querySelector(".explorer-plane");
      this.handle = svg("g", { class: "handle" },
        svg("circle", { r: 16, class: "reach" }), svg("circle", { r: 7 }), svg("text", { x: 11, y: -9 }, "z"));
      this.plane.append(this.handle);
      const hint = html("p", { class: "touch-hint", id: "explorer-hint" },
        "Drag in the plane, or give it the focus and use the arrow keys (with Shift: finer steps); "
        + "Home returns to z = 0, and a digit's key chooses the class.");
      this.stage = html("div", {
        class: "explorer-stage", tabindex: 0, role: "application", "aria-label": "The latent plane",
        "aria-describedby": hint.id,
      }, this.plane);
      this.picture = html("canvas", { class: "ink", width, height, role: "img" });
      this.where = html("p", { class: "touch-number" });
      this.about = html("p", { class: "touch-note" });
      this.classes = choice({
        label: "Class c", className: "explorer-classes", chosen: String(this.c),
        options: classes.map((name, k) => ({
          value: String(k), name: `Class ${name}`, face: html("span", { class: `class-${k}` }, name),
        })),
        changed: (k) => this.setClass(Number(k)),
      });
      this.digits = html("div", { class: "explorer-digits" });
      this.buttons = html("div", { class: "touch-buttons" },
        button("Draw from p(z)", () => this.glide([this.draw(), this.draw()])),
        button("Draw from q(z|x, c)", () => this.fromPosterior()));
      this.message = html("p", { class: "touch-note", role: "status" });
      this.spoken = html("p", { class: "touch-spoken", "aria-live": "polite" });
      const side = html("div", { class: "explorer-side" },
        html("div", { class: "explorer-decoded" }, this.picture, html("div", {}, this.where, this.about)),
        this.classes.row, this.digits, this.buttons, this.message, this.spoken);
      this.place.prepend(html("div", { class: "explorer-body" }, this.stage, side), hint);
      this.listen();
    }

    listen() {
      const { size, scale } = this.values;
      dragging(this.plane, this.stage, (x, y) => {
        this.stop();
        this.move([(x - size / 2) / scale, (size / 2 - y) / scale]);
      });
      this.stage.addEventListener("keydown", (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const arrow = ARROWS[event.key];
        const named = this.values.classes.indexOf(event.key);
        if (arrow) {
          const step = event.shiftKey ? STEP.fine : STEP.coarse;
          this.stop();
          this.move(this.z.map((value, k) => value + step * arrow[k]));
        } else if (event.key === "Home") this.glide([0, 0]);
        else if (named >= 0) this.setClass(named);
        else return;
        event.preventDefault();
      });
    }

    // What the page itself holds of the middle of the plane.
    firstPicture() {
      const image = this.place.querySelector(".touch-still img");
      const { shape: [height, width], still: places, chosen } = this.values;
      const column = places.findIndex((z) => z.every((value) => value === 0));
      const draw = () => {
        if (this.decoder || column < 0) return;
        this.picture.getContext("2d").drawImage(
          image, column * width, chosen * height, width, height, 0, 0, width, height);
      };
      if (image.complete) draw();
      else image.addEventListener("load", draw);
    }

    // --- Loading ------------------------------------------------------------------------------

    load() {
      this.loading ??= this.fetch();
      return this.loading;
    }

    async fetch() {
      this.message.textContent = "Loading the decoder …";
      try {
        const [manifest, weights, document] = await Promise.all([
          fetched("decoder.json").then((answer) => answer.json()),
          fetched("decoder.f16").then((answer) => answer.arrayBuffer()),
          fetched("explorer.json").then((answer) => answer.json()),
        ]);
        this.decoder = new window.vaeDecoder.Decoder(manifest, weights);
        this.document = document;
      } catch (error) {
        const file = location.protocol === "file:";
        this.message.textContent = file
          ? "A page that was opened as a file may not read the decoder: serve the site with `make serve`."
          : `The decoder could not be loaded (${error.message}).`;
        this.loading = file ? this.loading : undefined;
        return;
      }
      this.message.textContent = "";
      this.offerDigits();
      this.show();
      this.place.dataset.ready = "";
    }

    // --- Moving -------------------------------------------------------------------------------

    move(z) {
      this.z = z.map(clamp);
      this.paint();
    }

    stop() {
      cancelAnimationFrame(this.gliding);
    }

    // To z in a third of a second, so that one sees what changes on the way.
    glide(target) {
      this.stop();
      const from = this.z;
      const began = performance.now();
      const step = (now) => {
        const t = still() ? 1 : Math.min(1, (now - began) / GLIDE);
        const share = smooth(Math.max(0, t));
        this.move(from.map((value, k) => value + share * (target[k] - value)));
        if (t < 1 && this.place.isConnected) this.gliding = requestAnimationFrame(step);
      };
      step(began);
    }

    setClass(c) {
      this.c = c;
      this.classes.choose(String(c));
      const points = this.plane.querySelector(".points");
      [...points.children].forEach((path) => path.classList.toggle("chosen", path.classList.contains(`class-${c}`)));
      points.append(points.querySelector(".chosen"));
      if (this.document) this.offerDigits();
      this.paint();
    }

    // --- Test digits and their posteriors -----------------------------------------------------

    offerDigits() {
      const { shape: [height, width], classes } = this.values;
      const mine = this.document.digits.filter((digit) => digit.class === this.c);
      const row = choice({
        label: "Test digit x", className: "explorer-thumbnails", chosen: "0",
        options: mine.map((digit, k) => {
          const face = html("canvas", { class: "ink", width, height });
          ink(face, bytes(digit.pixels));
          return { value: String(k), name: `Test digit ${k + 1} of class ${classes[this.c]}`, face };
        }),
        changed: (k) => {
          this.setDigit(mine[k]);
          this.glide(mine[k].mean);
        },
      });
      this.digits.replaceChildren(row.row);
      this.setDigit(mine[0]);
    }

    setDigit(digit) {
      this.digit = digit;
      const { size, scale, radii } = this.values;
      const letter = this.plane.querySelector(".posterior text");
      letter.setAttribute("x", size / 2 + scale * (digit.mean[0] + radii.at(-1) * digit.scale[0]) + 4);
      letter.setAttribute("y", size / 2 - scale * digit.mean[1] + 4);
      [...this.plane.querySelectorAll(".posterior ellipse")].forEach((ellipse, k) => {
        ellipse.setAttribute("cx", size / 2 + scale * digit.mean[0]);
        ellipse.setAttribute("cy", size / 2 - scale * digit.mean[1]);
        ellipse.setAttribute("rx", scale * radii[k] * digit.scale[0]);
        ellipse.setAttribute("ry", scale * radii[k] * digit.scale[1]);
      });
      this.paint();
    }

    async fromPosterior() {
      await this.load();
      if (this.digit) this.glide(this.digit.mean.map((m, k) => m + this.digit.scale[k] * this.draw()));
    }

    // --- Showing ------------------------------------------------------------------------------

    show() {
      const { size, scale, classes } = this.values;
      const [a, b] = this.z;
      this.handle.setAttribute("transform", `translate(${size / 2 + scale * a} ${size / 2 - scale * b})`);
      if (this.decoder) {
        const began = performance.now();
        this.place.decoded = this.decoder.decode(this.z, this.c);
        this.place.decodedIn = performance.now() - began;
        ink(this.picture, this.place.decoded.map((mean) => Math.round(255 * mean)));
      }
      const inside = 1 - Math.exp(-(a ** 2 + b ** 2) / 2);
      const place = `z = (${number(a, 2)}, ${number(b, 2)})`;
      this.where.textContent = place;
      this.about.replaceChildren(`${number(100 * inside, 0)} % of the prior lies nearer to 0`);
      if (this.digit) {
        this.about.append(html("br"), `KL[q(z|x, c) ‖ p(z)] = ${number(divergence(this.digit), 2)} nats`);
      }
      this.picture.setAttribute("aria-label", `Decoded: class ${classes[this.c]} at ${place}`);
      Object.assign(this.place.dataset, { z: this.z, class: this.c });
      clearTimeout(this.silence);
      this.silence = setTimeout(() => { this.spoken.textContent = `Class ${classes[this.c]}, ${place}`; }, 600);
    }
  }

  start("explorer", (place) => new Explorer(place));
})();
