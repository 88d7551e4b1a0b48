// Makes a switch of the mistakes below a derivation: choose one, and it stands in the place of the last line, with
// the checks that break on it. Without this script the cases stand folded, one below the other.
"use strict";

(() => {
  const enhance = (details) => {
    const block = details.closest(".derivation");
    const cases = [...details.querySelectorAll(".what-if-case")];
    if (!cases.length) return;
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.append(new Option("nothing: as derived", ""));
    cases.forEach((one, index) => select.append(new Option(one.dataset.name, String(index))));
    label.append("What if the last line had this mistake: ", select);
    const bar = document.createElement("div");
    bar.className = "what-if-bar";
    bar.append(label);
    const result = document.createElement("div");
    result.className = "what-if-result";
    result.setAttribute("role", "status");
    details.before(bar, result);
    details.hidden = true;
    block.classList.add("what-if-ready");

    const show = () => {
      const chosen = select.value === "" ? null : cases[Number(select.value)];
      block.classList.toggle("mistaken", chosen !== null);
      result.replaceChildren(...(chosen ? [...chosen.cloneNode(true).childNodes] : []));
      if (chosen) {
        const checks = result.querySelectorAll(".what-if-checks tbody tr").length;
        const broken = result.querySelectorAll(".what-if-checks tr.breaks").length;
        result.querySelector(".mistake-name").textContent =
          `In place of the last line: ${chosen.dataset.name}. ${broken} of ${checks} checks break.`;
      }
      block.dispatchEvent(new CustomEvent("what-if", { detail: chosen !== null, bubbles: true }));
    };
    select.addEventListener("change", show);
    // Whoever steps on leaves the mistake behind.
    block.addEventListener("line", () => {
      if (select.value !== "") { select.value = ""; show(); }
    });
  };

  const start = () => {
    document.querySelectorAll(".derivation:not(.what-if-ready) .what-if").forEach(enhance);
  };

  onEachPage(start);
})();
