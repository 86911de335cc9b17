/* Counts views, searches and clicks: no cookie, nothing kept, not a word of who asks not to be tracked. */
(() => {
  "use strict";
  const page = document.currentScript.dataset;
  if (navigator.doNotTrack === "1" || navigator.globalPrivacyControl) return;
  let waiting = [], timer;

  const id = () => {
    const at = Date.now().toString(16).padStart(12, "0"), by = crypto.randomUUID();
    return at.slice(0, 8) + "-" + at.slice(8) + "-7" + by.slice(15);
  };
  const send = () => {
    clearTimeout(timer);
    if (waiting.length) navigator.sendBeacon("/api/analytics/ingest", JSON.stringify({ events: waiting }));
    waiting = [];
  };
  const asked = new URLSearchParams(location.search);
  const utm = {};
  for (const name of ["source", "medium", "campaign"]) utm[name] = (asked.get("utm_" + name) || "").slice(0, 100);
  const referrer = document.referrer.slice(0, 2000);
  const tell = (type, more) => {
    waiting.push({ id: id(), type, path: location.pathname, referrer, utm, ...more });
    clearTimeout(timer);
    waiting.length < 50 ? (timer = setTimeout(send, 1500)) : send();
  };

  const articleId = +page.article || undefined;
  const begin = () => {
    tell(page.view, { articleId, dashboard: page.dashboard });
    if (page.query) tell("search", { query: page.query, results: +page.results || 0 });
  };
  document.prerendering ? document.addEventListener("prerenderingchange", begin, { once: true }) : begin();
  document.addEventListener("click", (event) => {
    const what = event.target.closest("a, button");
    if (!what) return;
    if (what.matches("a[rel~=sponsored]") && articleId) {
      tell("placement_click", { articleId, href: what.getAttribute("href") });
    } else if (page.clicks !== undefined) {
      const label = what.textContent.trim().slice(0, 100);
      if (label) tell("click", { label, articleId });
    }
  });
  addEventListener("visibilitychange", () => document.hidden && send());
  addEventListener("pagehide", send);
})();
