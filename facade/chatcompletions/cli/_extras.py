"""Which extra of the package brings a module."""

from __future__ import annotations

from importlib.util import find_spec

_EXTRAS = {
    "cli": ("jinja2", "markupsafe", "rich", "shtab"),
    "parquet": ("pyarrow",),
    "plot": ("matplotlib",),
    "server": ("anyio", "jsonschema", "starlette", "uvicorn", "yaml"),
}


def extra_of(module: str) -> str | None:
    """Return the extra, `None` if none does."""
    root = module.partition(".")[0]
    return next((extra for extra, modules in _EXTRAS.items() if root in modules), None)


def find_extra(module: str) -> None:
    """Raise `ModuleNotFoundError` unless a module is installed: before the work that needs it in the end."""
    if find_spec(module) is None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)
