"""Import and builds at several sizes, beside Oxigraph's bulk loader, rdflib and morph-kgc."""
