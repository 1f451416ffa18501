"""Where a source is read: web addresses that may be linked, and links to the passage itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit


def safe_url(url: object) -> str | None:
    """Return `url` if it is an ordinary web address, else None.

    >>> safe_url("https://itas-projekt.de/") and not safe_url("javascript:alert(1)")
    True
    """
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def passage(piece: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the address of the words that a piece of evidence names, or None without one.

    >>> sources = {"netz": {"url": "https://example.org/netz"}}
    >>> passage({"source": "netz", "anchor": "Ahorn-Werk  2"}, sources)
    'https://example.org/netz#:~:text=Ahorn%2DWerk%202'
    >>> passage({"source": "unbekannt"}, sources)
    """
    url = safe_url(sources.get(piece["source"], {}).get("url"))
    anchor = piece.get("anchor")
    if url is None or not anchor:
        return url
    # What JavaScript's encodeURIComponent leaves as it is; a hyphen has a meaning in fragments.
    words = quote(re.sub(r"\s+", " ", anchor).strip(), safe="!~*'()").replace("-", "%2D")
    return f"{url}{'' if '#' in url else '#'}:~:text={words}"
