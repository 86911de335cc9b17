/* The owner's pages with JavaScript: they refresh themselves, changing only what has changed; a job opens beside its
   list; a change is confirmed in a dialog. Everything here also works without it, by plain links and forms. */
(() => {
  "use strict";

  const EVERY = 10_000;
  const STOPPED = "queues.refresh.stopped";
  const root = document.getElementById("queues");
  if (!root || !window.htmx || !window.Idiomorph) return;

  const drawer = document.getElementById("queues-drawer");
  const dialog = document.getElementById("queues-dialog");
  const updated = root.querySelector("[data-updated]");
  const trouble = root.querySelector("[data-trouble]");
  const address = new URL(location.href);
  const live = () => document.querySelector("#queues-live[data-live]");

  /* --- What a refresh never touches: what somebody typed, ticked or opened, and whatever asks to be kept --- */
  const KEPT = "[data-keep], input, textarea, select, canvas";
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeNodeMorphed: (node) => !(node instanceof Element && node.matches(KEPT)),
    beforeAttributeUpdated: (name, node) => !(name === "open" || (name === "aria-current" && node.matches("tr"))),
  });
  const ticked = new Set();
  const tickable = () => [...root.querySelectorAll("#queues-live input[type=checkbox][name]")];
  const keep = (box) => ticked[box.checked ? "add" : "delete"](`${box.name}=${box.value}`);
  root.addEventListener("change", ({ target }) => {
    if (target.id === "tick-all") {
      for (const box of tickable()) { box.checked = target.checked; keep(box); }
    } else if (target.matches("#queues-live input[type=checkbox][name]")) keep(target);
    count();
  });
  function tickAgain() {
    for (const box of tickable()) if (ticked.has(`${box.name}=${box.value}`)) box.checked = true;
    count();
  }

  /* --- What is ticked: how many, and what can be done about them --- */
  function count() {
    const said = root.querySelector("[data-ticked]");
    if (!said) return;
    const all = tickable(), n = all.filter((box) => box.checked).length;
    const words = n ? `${n} of ${all.length} on this page ticked` : "Tick letters to choose them.";
    if (said.textContent !== words) said.textContent = words;
    for (const button of root.querySelectorAll("button[data-confirm]")) button.disabled = !n;
    const every = document.getElementById("tick-all");
    every.checked = n > 0 && n === all.length;
    every.indeterminate = n > 0 && n < all.length;
    every.closest("label").hidden = false;
  }
  for (const box of tickable()) keep(box);
  count();

  /* --- Refresh --- */
  const isSelecting = () => {
    const selection = getSelection();
    return selection && !selection.isCollapsed && root.contains(selection.anchorNode);
  };
  const isStopped = () => localStorage.getItem(STOPPED) === "1";
  let refreshedAt = Date.now();

  function refresh() {
    refreshedAt = Date.now();
    if (live()) get(address.href, "#queues-live", "#queues-live", "morph:outerHTML");
    if (isDrawerOpen()) get(drawer.dataset.url, "#queues-drawer-body", "#job", "morph:innerHTML");
    drawCharts();
  }
  function tick() {
    if (isStopped() || document.hidden || dialog.open || isSelecting() || !live()) return;
    if (Date.now() - refreshedAt >= EVERY) refresh();
  }
  function get(url, target, select, swap) {
    const source = document.querySelector(target);
    return htmx.ajax("GET", url, { source, target, select, swap }).catch(() => say("Not refreshed: the site does not answer."));
  }
  function say(words) {
    if (trouble.textContent !== words) trouble.textContent = words;
  }

  root.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (xhr.status !== 200) return;
    const expected = { "queues-live": 'id="queues-live"', "queues-dialog": 'id="confirm"' }[target.id] || 'id="job"';
    if (!xhr.responseText.includes(expected)) event.detail.shouldSwap = false;
  });
  root.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "queues-live") return;
    updated.textContent = new Date().toISOString().slice(11, 19);
    say("");
    tickAgain();
    mark();
  });
  root.addEventListener("htmx:responseError", ({ detail }) => {
    const isOut = detail.xhr.status === 401 || detail.xhr.status === 403;
    say(isOut ? "Not refreshed: you are signed out. Sign in again in another tab." : "Not refreshed: the site answered with an error.");
  });

  const toggle = document.getElementById("refresh-switch");
  if (live()) {
    toggle.closest("label").hidden = false;
    toggle.checked = !isStopped();
    toggle.addEventListener("change", () => {
      localStorage.setItem(STOPPED, toggle.checked ? "0" : "1");
      if (toggle.checked) refresh();
    });
    setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
  }

  /* --- The drawer: a job beside its list --- */
  let opener = null;
  const isDrawerOpen = () => drawer.open || drawer.matches(":popover-open");

  function openJob(link) {
    opener = link.id;
    drawer.dataset.url = link.href;
    drawer.querySelector("[data-open-page]").href = link.href;
    get(link.href, "#queues-drawer-body", "#job", "innerHTML").then(() => {
      const heading = document.getElementById("job-heading");
      if (!heading) { location.href = link.href; return; }
      if (!isDrawerOpen()) matchMedia("(max-width: 56rem)").matches ? drawer.showModal() : drawer.showPopover();
      drawer.scrollTop = 0;
      heading.focus({ preventScroll: true });
      mark();
    });
  }
  function closeDrawer() {
    if (!isDrawerOpen()) return;
    drawer.open ? drawer.close() : drawer.hidePopover();
  }
  function drawerClosed() {
    document.getElementById("queues-drawer-body").replaceChildren();
    const link = document.getElementById(opener);
    opener = null;
    mark();
    if (link) link.focus({ preventScroll: true });
  }
  function mark() {
    for (const row of root.querySelectorAll("#queues-live tr[aria-current]")) row.removeAttribute("aria-current");
    if (opener && isDrawerOpen()) document.getElementById(opener)?.closest("tr")?.setAttribute("aria-current", "true");
  }
  function step(by) {
    const links = [...root.querySelectorAll("#queues-live a[data-drawer]")];
    const next = links[links.findIndex((link) => link.id === opener) + by];
    if (next) openJob(next);
  }
  drawer.addEventListener("close", drawerClosed);
  drawer.addEventListener("toggle", ({ newState }) => { if (newState === "closed") drawerClosed(); });

  /* --- The dialog: a change is asked for without leaving the page --- */
  function confirm(link) {
    get(link.href, "#queues-dialog", "#confirm", "innerHTML").then(() => {
      const form = dialog.querySelector("form");
      if (!form) { location.href = link.href; return; }
      form.elements.next.value = address.pathname + address.search;
      dialog.showModal();
      (form.querySelector("textarea") || form.querySelector("button")).focus();
    });
  }
  dialog.addEventListener("close", () => dialog.replaceChildren());

  /* --- Clicks and keys --- */
  const isPlain = (event) => event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a, button");
    if (!link || !isPlain(event)) return;
    const act = [
      ["a[data-drawer]", () => openJob(link)],
      ["a[data-confirm]", () => confirm(link)],
      ["button[data-confirm]", () => confirm({ href: `${link.formAction}?${new URLSearchParams(new FormData(link.form))}` })],
      ["[data-close-drawer]", closeDrawer],
      ["a[data-span]", () => lookBack(link.dataset.span)],
      ["#queues-dialog [data-close]", () => dialog.close()],
    ].find(([selector]) => link.matches(selector));
    if (!act || (act[0] === "a[data-drawer]" && !drawer.showPopover)) return;
    event.preventDefault();
    act[1]();
  });
  document.addEventListener("keydown", (event) => {
    if (dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target.matches("input, textarea, select");
    if (event.key === "Escape" && isDrawerOpen() && !isTyping) closeDrawer();
    if (isTyping) return;
    if (isDrawerOpen() && (event.key === "j" || event.key === "k")) step(event.key === "j" ? 1 : -1);
    const search = document.getElementById("q");
    if (event.key === "/" && search && !isDrawerOpen()) { event.preventDefault(); search.focus(); }
  });

  /* --- Charts --- */
  const COLUMNS = { depth: ["waiting", "active", "delayed"], throughput: ["enqueued", "completed", "failed", "retried"] };
  const COLOURS = { waiting: "--q-c1", active: "--q-c2", delayed: "--q-c3", enqueued: "--q-c1", completed: "--q-c2", failed: "--q-c4", retried: "--q-c3" };
  const DASHES = { delayed: [6, 4], retried: [6, 4], failed: [2, 2] };
  const charts = new Map();

  function lookBack(span) {
    address.searchParams.set("span", span);
    history.replaceState(null, "", address);
    for (const link of root.querySelectorAll("a[data-span]")) {
      link.dataset.span === span ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    }
    for (const box of root.querySelectorAll("[data-chart]")) {
      const source = new URL(box.dataset.src, location.href);
      source.searchParams.set("span", span);
      box.dataset.src = source.pathname + source.search;
    }
    refresh();
  }
  async function drawCharts() {
    const boxes = [...root.querySelectorAll("[data-chart]")];
    if (!boxes.length || !window.Chart) return;
    try {
      const answer = await fetch(boxes[0].dataset.src, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const series = await answer.json();
      for (const box of boxes) draw(box, series);
    } catch {
      say("Not refreshed: the site does not answer.");
    }
  }
  function draw(box, series) {
    let chart = charts.get(box);
    if (!chart) {
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      box.replaceChildren(canvas);
      chart = new Chart(canvas, { type: "line", data: {}, options: options() });
      charts.set(box, chart);
    }
    const columns = COLUMNS[box.dataset.chart];
    const time = { hour: (at) => at.slice(11, 16), day: (at) => at.slice(11, 16), week: (at) => `${at.slice(8, 10)}.${at.slice(5, 7)}. ${at.slice(11, 16)}` }[series.span];
    chart.data.labels = series.at.map(time);
    columns.forEach((column, place) => {
      const set = (chart.data.datasets[place] ||= { label: column, borderWidth: 2, pointRadius: 0, pointHitRadius: 8, tension: 0.2 });
      Object.assign(set, { data: series[column], borderDash: DASHES[column] || [], ...colours(COLOURS[column]) });
    });
    chart.canvas.setAttribute("aria-label", columns.map((column) => `${column}: ${series[column].at(-1)} now, at most ${Math.max(...series[column])}`).join("; "));
    chart.update("none");
  }
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const colours = (name) => ({ borderColor: colour(name), backgroundColor: colour(name) });
  function options() {
    const grid = { color: colour("--q-line") };
    const ticks = { color: colour("--q-quiet"), maxRotation: 0, autoSkipPadding: 16, precision: 0 };
    return {
      animation: false, responsive: true, maintainAspectRatio: false, interaction: { mode: "index", intersect: false },
      scales: { x: { grid: { display: false }, ticks }, y: { beginAtZero: true, suggestedMax: 4, grid, ticks } },
      plugins: { legend: { position: "bottom", labels: { color: colour("--q-text"), boxWidth: 18, boxHeight: 2 } } },
    };
  }
  new MutationObserver(() => {
    for (const chart of charts.values()) chart.destroy();
    charts.clear();
    drawCharts();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  drawCharts();
})();
