"use strict";
(() => {
  const tip = document.getElementById("tip");
  const scroll = document.querySelector(".scroll");
  const canvas = document.querySelector(".canvas");
  const probes = Array.from(document.querySelectorAll(".probe"));
  let shown = null;

  function hide() {
    if (shown) shown.classList.remove("shown");
    shown = null;
    tip.hidden = true;
  }

  // Beside the pointer, or beneath the bar where there is none; always within the window.
  function show(probe, x, y) {
    if (shown !== probe) {
      hide();
      shown = probe;
      probe.classList.add("shown");
      tip.replaceChildren(...probe.querySelector("template").content.cloneNode(true).childNodes);
      tip.hidden = false;
    }
    const size = tip.getBoundingClientRect();
    const right = innerWidth - size.width - 8;
    const below = y + 16;
    tip.style.left = Math.max(8, Math.min(x + 12, right)) + "px";
    tip.style.top = (below + size.height > innerHeight ? Math.max(8, y - size.height - 12) : below) + "px";
  }

  function showBeneath(probe) {
    const bar = probe.getBoundingClientRect();
    const view = scroll.getBoundingClientRect();
    show(probe, Math.max(bar.left, view.left), bar.bottom - 8);
  }

  const of = (event) => (event.target.closest ? event.target.closest(".probe") : null);
  addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    const probe = of(event);
    if (probe) show(probe, event.clientX, event.clientY);
    else if (shown !== document.activeElement) hide();
  });
  addEventListener("click", (event) => {
    const probe = of(event);
    if (probe) showBeneath(probe);
    else hide();
  });
  addEventListener("focusin", (event) => { if (of(event)) showBeneath(of(event)); });
  addEventListener("focusout", (event) => { if (of(event) === shown) hide(); });
  scroll.addEventListener("scroll", () => { if (shown) showBeneath(shown); });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = probes.indexOf(document.activeElement);
    if (!step || at < 0 || !probes[at + step]) return;
    event.preventDefault();
    probes[at + step].focus();
  });

  // What is in the middle stays there.
  const zoom = document.getElementById("zoom");
  zoom.hidden = false;
  zoom.addEventListener("input", (event) => {
    const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / scroll.scrollWidth;
    canvas.style.setProperty("--zoom", event.target.value);
    scroll.scrollLeft = middle * scroll.scrollWidth - scroll.clientWidth / 2;
  });
})();
