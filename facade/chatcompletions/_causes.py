"""What led to an exception."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def causes(failure: BaseException | None) -> Iterator[BaseException]:
    """Iterate over an exception and those that led to it, the last one first."""
    seen = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        failure = failure.__cause__ or failure.__context__


def is_certificate_failure(failure: BaseException) -> bool:
    """Tell whether a connection failed because the server's certificate is not to be trusted."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(failure))
