"""What all our HTML has in common: templates that escape, and what a content policy names.

A page may run its own scripts and styles, named by their digest (Content Security Policy 3), and
nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2


def rendered(template: Path, **values: Any) -> str:  # noqa: ANN401  # whatever a template shows
    """Return what a template (jinja2) makes of `values`; each text is escaped, none may be missing.

    Templates that it names stand in the same folder.
    """
    return _templates(template.parent).get_template(template.name).render(values)


@cache
def _templates(folder: Path) -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def digest(text: str) -> str:
    """Return the source expression by which a content policy allows a script or style of a page.

    >>> digest("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
