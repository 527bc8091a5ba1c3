"""A certificate for the local server, so that first calls build a TLS context and shake hands as every user's do."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import certifi

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUEST: Final = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
    "-addext subjectAltName=IP:127.0.0.1 -addext keyUsage=critical,digitalSignature,keyCertSign"
)


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself.

    Attributes:
        chain: The file with its key and itself, for the server.
        bundle: The file with the authorities that httpx trusts and itself, for ``SSL_CERT_FILE``: as long to read as
            the file that a client reads by default.
    """

    chain: Path
    bundle: Path


@contextmanager
def certificate() -> Iterator[Certificate | None]:
    """Give a certificate for 127.0.0.1, gone with the context; `None` where openssl is not installed."""
    with tempfile.TemporaryDirectory(prefix="bench-tls-") as folder:
        key, own = Path(folder) / "key.pem", Path(folder) / "own.pem"
        try:
            command = [*_REQUEST.split(), "-keyout", str(key), "-out", str(own)]
            subprocess.run(command, capture_output=True, check=True)
        except (FileNotFoundError, subprocess.CalledProcessError):
            yield None
            return
        made = Certificate(Path(folder) / "chain.pem", Path(folder) / "bundle.pem")
        made.chain.write_text(key.read_text() + own.read_text())
        made.bundle.write_text(certifi.contents() + own.read_text())
        yield made
