"""Where the generated package comes from."""

from __future__ import annotations

from typing import NamedTuple

from chatcompletions._public import public
from chatcompletions_api import _provenance as data


@public
class Spec(NamedTuple):
    """The spec that this package speaks: which upstream document was pinned, and what made code of it.

    Attributes:
        source: Name or URL of the upstream document.
        revision: Upstream's revision, where it was known.
        date: Upstream's date, as YYYY-MM-DD, where it was known.
        sha256: Checksum of the upstream document.
        pin_sha256: Checksum of ``openapi.yaml``, the pin that was made from it.
        rules: Version of the rules that made the pin.
        generator: The distribution that wrote the generated package.
        generator_version: Its version.
    """

    source: str | None
    revision: str | None
    date: str | None
    sha256: str | None
    pin_sha256: str
    rules: int | None
    generator: str
    generator_version: str


spec = Spec(
    source=data.SOURCE,
    revision=data.REVISION,
    date=data.DATE,
    sha256=data.SHA256,
    pin_sha256=data.PIN_SHA256,
    rules=data.RULES,
    generator=data.GENERATOR,
    generator_version=data.GENERATOR_VERSION,
)
