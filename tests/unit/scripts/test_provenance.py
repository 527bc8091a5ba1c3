"""The module of provenance in a generated package: data, whatever the receipt holds."""

import hashlib
import runpy
from pathlib import Path
from typing import Any

import pytest

from scripts.errors import DocumentError
from scripts.provenance import NAME, write_provenance

RECEIPT = {"source": "openapi.yaml", "revision": "abc1234", "date": "2030-01-02", "sha256": "0" * 64, "rules": 1}


def written(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    write_provenance(folder, b"pin", document, "rivers-generator", "1.2.3")
    return runpy.run_path(str(folder / NAME))


def test_the_receipt_becomes_data(tmp_path: Path) -> None:
    """Each entry of the receipt is a constant, beside the pin's checksum and the generator."""
    found = written(tmp_path, {"x-receipt": RECEIPT})
    assert {name.lower(): found[name.upper()] for name in RECEIPT} == RECEIPT
    assert found["PIN_SHA256"] == hashlib.sha256(b"pin").hexdigest()
    assert (found["GENERATOR"], found["GENERATOR_VERSION"]) == ("rivers-generator", "1.2.3")


@pytest.mark.parametrize("document", [{}, {"x-receipt": {}}, {"x-receipt": dict.fromkeys(RECEIPT)}])
def test_nothing_is_known_without_a_receipt(document: dict[str, Any], tmp_path: Path) -> None:
    """A document without a receipt still gives a package, whose origin is None."""
    found = written(tmp_path, document)
    assert [found[name.upper()] for name in RECEIPT] == [None] * len(RECEIPT)


@pytest.mark.parametrize("source", ['"""', "a'b\"c", "\\", "a\nraise SystemExit\n", "{x}", "\u202e", "é\x00", "\\x22"])
def test_a_source_is_inert(source: str, tmp_path: Path) -> None:
    """Whatever the name of a document holds, it is the same text in the module and runs nothing."""
    found = written(tmp_path, {"x-receipt": RECEIPT | {"source": source}})
    assert found["SOURCE"] == source
    assert (tmp_path / NAME).read_bytes().isascii()


@pytest.mark.parametrize(
    ("receipt", "name"),
    [
        ("text", "x-receipt"),
        (RECEIPT | {"revision": "a\r\nX-Evil: 1"}, "revision"),
        (RECEIPT | {"revision": 7}, "revision"),
        (RECEIPT | {"date": "today"}, "date"),
        (RECEIPT | {"sha256": "0"}, "sha256"),
        (RECEIPT | {"source": ["a"]}, "source"),
        (RECEIPT | {"rules": "1"}, "rules"),
        (RECEIPT | {"rules": True}, "rules"),
    ],
)
def test_a_receipt_that_make_spec_does_not_write_is_refused(receipt: object, name: str, tmp_path: Path) -> None:
    """A receipt whose entries do not have the form that `make spec` gives them is refused."""
    with pytest.raises(DocumentError, match=name) as caught:
        written(tmp_path, {"x-receipt": receipt})
    assert str(caught.value).isprintable()
    assert not (tmp_path / NAME).exists()
