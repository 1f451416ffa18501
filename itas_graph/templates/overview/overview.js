for (const box of document.querySelectorAll("input[data-seek]")) {
  const rows = [...document.querySelectorAll(`#${box.dataset.seek} tbody tr`)];
  const told = document.getElementById(`${box.dataset.seek}-told`);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = rows.map((row) => plain(row.textContent));
  box.closest("p").hidden = false;
  box.addEventListener("input", () => {
    const wanted = plain(box.value.trim());
    let left = 0;
    rows.forEach((row, at) => {
      row.hidden = !texts[at].includes(wanted);
      if (!row.hidden) left += 1;
    });
    told.textContent = told.dataset.text.replace("{n}", String(left));
  });
}
