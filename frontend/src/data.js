// The data block of the page.

export const DATA = JSON.parse(document.getElementById("data").textContent);

// While the build writes one drawing only.
DATA.drawings ??= { "organisation-initiative": { layouts: DATA.layouts, measures: {}, overview: null } };
