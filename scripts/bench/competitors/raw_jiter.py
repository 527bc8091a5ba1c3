"""httpx and the fast JSON reader that this client uses: the floor for those who look for speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jiter

from . import raw_json

if TYPE_CHECKING:
    from collections.abc import Callable


class Competitor(raw_json.Competitor):
    """As with json, save for the reader."""

    loads: Callable[[bytes], Any] = staticmethod(jiter.from_json)

    def _read_line(self, data: str) -> Any:
        return jiter.from_json(data.encode())
