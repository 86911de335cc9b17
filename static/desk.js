// A text somebody is writing is not lost by leaving the page, and its words are counted as they come.
for (const form of document.querySelectorAll("form[data-guard-leaving]")) {
  const field = form.querySelector("textarea");
  const counted = form.querySelector("output");
  let changed = "changed" in form.dataset;
  const count = () => {
    const words = field.value.trim().split(/\s+/).filter(Boolean).length;
    counted.textContent = `${words.toLocaleString("en")} words.`;
  };
  field.addEventListener("input", () => { changed = true; count(); });
  form.addEventListener("submit", () => { changed = false; });
  form.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  count();
}
