// What the bundle finds in the page: vis-network's own script.

declare const vis: any;

interface Window {
  itasPage: any;
}
