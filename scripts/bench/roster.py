"""Who is compared, in the order of the tables."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class Entry:
    """One competitor.

    Attributes:
        key: The name of its module in `scripts.bench.competitors`.
        title: What the tables call it.
        needs: The distributions that it is made of; without one of them its column is left out.
        fan_out_only: Whether it differs from another one in its async connections alone.
        own_pool: Whether its async connections are not raw httpx's again.
    """

    key: str
    title: str
    needs: tuple[str, ...]
    fan_out_only: bool = False
    own_pool: bool = True


#: What ratios are taken to, and whom the bars are for.
FLOOR = Entry("raw_json", "raw httpx + json", ("httpx",))
OURS = Entry("facade", "chatcompletions", ("chatcompletions", "httpx", "jiter"))

ROSTER = (
    FLOOR,
    Entry("raw_jiter", "raw httpx + jiter", ("httpx", "jiter"), own_pool=False),
    OURS,
    Entry("official", "official SDK", ("openai",)),
    Entry("stock", "stock generated", ("openapi-python-client", "httpx"), own_pool=False),
    Entry("raw_aiohttp", "raw httpx over aiohttp", ("httpx-aiohttp", "aiohttp"), fan_out_only=True),
    Entry("facade_aiohttp", "chatcompletions over aiohttp", ("httpx-aiohttp", "aiohttp"), fan_out_only=True),
)


def version_of(distribution: str) -> str | None:
    """Return the installed version of a distribution; `None` if it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
