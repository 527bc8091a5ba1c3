"""Who is compared, in the order of the tables."""

from dataclasses import dataclass


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


#: What ratios are taken to, and whom the bars are for.
FLOOR = Entry("raw_json", "raw httpx + json", ("httpx",), ("httpx",))
OURS = Entry("facade", "chatcompletions", ("--editable", "."), ("chatcompletions", "httpx", "jiter"))

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
