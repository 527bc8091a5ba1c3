"""Who is compared, in the order of the tables."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
#: Where their environments are, each in a folder of its own.
FOLDER: Final = _ROOT / ".venv/competitors"


@dataclass(frozen=True)
class Entry:
    """One competitor.

    Attributes:
        key: The name of its module in `scripts.bench.competitors`.
        title: What the tables call it.
        installs: What pip is told to install for it; without that its column is left out.
        made_of: The distributions whose versions are told.
        fan_out_only: Whether it differs from another one in its async connections alone.
        own_pool: Whether its async connections are not raw httpx's again.
    """

    key: str
    title: str
    installs: tuple[str, ...]
    made_of: tuple[str, ...]
    fan_out_only: bool = False
    own_pool: bool = True


def _with_every_extra() -> str:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f".[{','.join(project['optional-dependencies'])}]"


#: What ratios are taken to, and whom the bars are for.
FLOOR = Entry("raw_json", "raw httpx + json", ("httpx",), ("httpx",))
OURS = Entry("facade", "chatcompletions", ("--editable", "."), ("chatcompletions", "httpx", "jiter"))
#: This client once more, for the cases that are about its extras; it has no column of its own.
EXTRAS = replace(
    OURS, key="facade_extras", title="chatcompletions with every extra", installs=("--editable", _with_every_extra())
)

_AIOHTTP = ("httpx-aiohttp", "aiohttp")
ROSTER = (
    FLOOR,
    Entry("raw_jiter", "raw httpx + jiter", ("httpx", "jiter"), ("httpx", "jiter"), own_pool=False),
    OURS,
    Entry("official", "official SDK", ("--group", "bench"), ("openai",)),
    Entry(
        "stock",
        "stock generated",
        ("attrs", "httpx", "python-dateutil"),
        ("openapi-python-client", "httpx"),
        own_pool=False,
    ),
    Entry("raw_aiohttp", "raw httpx over aiohttp", ("httpx-aiohttp",), _AIOHTTP, fan_out_only=True),
    Entry("facade_aiohttp", "chatcompletions over aiohttp", ("--editable", ".[aiohttp]"), _AIOHTTP, fan_out_only=True),
)
