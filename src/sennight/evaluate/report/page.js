// Sorts a table by a column. The page says everything without it.
const sortBy = (table, head, column) => {
  const down = head.getAttribute("aria-sort") !== "descending";
  const rows = [...table.querySelectorAll("tbody tr.row")];
  const key = (row) => row.children[column].dataset.order ?? row.children[column].textContent.trim();
  const asNumber = rows.every((row) => key(row) === "" || !Number.isNaN(Number(key(row))));
  const value = (row) => (key(row) === "" ? -Infinity : Number(key(row)));
  const order = (a, b) => (asNumber ? value(b) - value(a) || 0 : key(a).localeCompare(key(b)));
  rows.sort((a, b) => order(a, b) * (down ? 1 : -1));
  table.querySelectorAll("tr.group").forEach((group) => group.remove());
  table.tBodies[0].append(...rows);
  table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
};
document.querySelectorAll("table.sortable").forEach((table) => {
  table.querySelectorAll("thead th").forEach((head, column) => {
    // A span, since a real button is not printed again where a table runs over several pages.
    const button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.title = "sort by this column";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, head, column));
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        sortBy(table, head, column);
      }
    });
  });
});
