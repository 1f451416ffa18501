// What the bundle finds in the page: vis-network's own script, and what the build sets.

declare const vis: any;

/** Whether this bundle carries questions and the SPARQL editor. */
declare const WITH_SPARQL: boolean;

interface Window {
  itasPage: any;
}
