"""The origin of the generated package: the pinned spec and the generator."""

from __future__ import annotations

from typing import NamedTuple

from chatcompletions._public import public
from chatcompletions_api import _provenance as data


@public
class Spec(NamedTuple):
    """The spec that this package was generated from: the pinned upstream document, and the generator.

    Attributes:
        source: Name or URL of the upstream document.
        revision: Upstream's revision; `None` if it was not known.
        date: Upstream's date, as YYYY-MM-DD; `None` if it was not known.
        sha256: Checksum of the upstream document.
        pin_sha256: Checksum of ``openapi.yaml``, the pin that was made from the document.
        rules: Version of the rules that made the pin.
        generator: Distribution that wrote the generated package.
        generator_version: Version of that distribution.
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
