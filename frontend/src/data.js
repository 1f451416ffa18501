// The data block of the page.

export const DATA = JSON.parse(document.getElementById("data").textContent);
