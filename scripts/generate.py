"""Write `generated/chatcompletions_api` from the pin, or check that it is up to date (`make generate`)."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from scripts import command, naming
from scripts.document import parse
from scripts.emitted import check_emitted
from scripts.errors import DocumentError, printable
from scripts.prepare_spec import Prepared, prepare_named
from scripts.provenance import write_provenance
from scripts.source import public_name, read
from scripts.swap import Swap
from scripts.trees import differences

_ROOT: Final = Path(__file__).resolve().parent.parent
_CONFIG: Final = _ROOT / "scripts/codegen.yaml"
_TEMPLATES: Final = _ROOT / "scripts/templates"
_TOOLS: Final = ("openapi-python-client", "ruff")
_REASON_LINES: Final = 3


def build(spec: Path, folder: Path, tools: Path | None = None) -> Prepared:
    """Generate the package from a pin into a folder that does not exist yet, and check it.

    Args:
        spec: The pin.
        folder: The folder for the package.
        tools: The folder with the generator and ruff; by default the one that Python runs from.

    Returns:
        The prepared document that the package was made from, with its JSON Schema and the names that were made up.

    Raises:
        DocumentError: If a tool is missing or has another version, the document cannot be prepared, the generator warns
            or fails, or its output is not complete.
    """
    tools = tools or Path(sys.executable).parent
    _check_tools(tools)
    data = read(str(spec))
    document = parse(data, public_name(str(spec)))
    try:
        prepared = prepare_named(document, naming.load_names())
    except naming.NamesError as error:
        raise DocumentError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="prepared-") as aside:
        file = Path(aside) / "prepared.json"
        file.write_text(json.dumps(prepared.document, allow_nan=False), encoding="utf-8")
        _run_generator(file, folder, tools)
    (folder / "py.typed").touch()
    (folder / "schema.json").write_text(json.dumps(prepared.schema, indent=1) + "\n", encoding="utf-8")
    generator = _TOOLS[0]
    write_provenance(folder, data, document, generator, _pinned()[generator])
    check_emitted(folder, prepared.document)
    return prepared


def _check_tools(tools: Path) -> None:
    pinned = _pinned()
    for tool in _TOOLS:
        if not (tools / tool).is_file():
            raise DocumentError(
                f"{tool} is not in {tools.name}/ beside Python; install it: make --always-make .venv/dev"
            )
        try:
            installed = version(tool)
        except PackageNotFoundError:
            installed = "none"
        if installed != pinned[tool]:
            wanted = f"pyproject.toml pins {tool} {pinned[tool]}"
            raise DocumentError(
                f"{wanted}, {installed} is installed; install the pinned one: make --always-make .venv/dev"
            )


def _pinned() -> dict[str, str]:
    groups: dict[str, list[Any]] = tomllib.loads((_ROOT / "pyproject.toml").read_text())["dependency-groups"]
    exact = [re.fullmatch(r"([\w.-]+)==(\S+)", entry) for entry in groups["generate"] if isinstance(entry, str)]
    return {found[1]: found[2] for found in exact if found is not None}


def _run_generator(document: Path, folder: Path, tools: Path) -> None:
    arguments = [str(tools / "openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"]
    arguments += ["--path", str(document), "--config", str(_CONFIG), "--output-path", str(folder)]
    if any(_TEMPLATES.glob("*.jinja")):
        arguments += ["--custom-template-path", str(_TEMPLATES)]
    path = os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)])
    settings = {
        "PATH": path,
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "_TYPER_STANDARD_TRACEBACK": "1",
    }
    done = subprocess.run(
        arguments, env=os.environ | settings, cwd=document.parent, capture_output=True, text=True, check=False
    )
    if done.returncode or not folder.is_dir():
        raise DocumentError(f"the generator refused: {_reason(done.stderr or done.stdout)}")


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any(line.startswith("Traceback ") for line in lines):
        return printable(lines[-1])
    reasons = [line for line in lines if not line.startswith(("Warning(s) ", "Error(s) ", "If you believe"))]
    return printable("; ".join(reasons[:_REASON_LINES])) or "it gave no reason"


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line without the program's name; that of the process by default.

    Returns:
        0, or the code of a failure after a message on stderr that names it; see `scripts.command.run`.
    """
    parser = argparse.ArgumentParser(prog="python -m scripts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--spec", type=Path, default=_ROOT / "openapi.yaml", help="default: %(default)s")
    parser.add_argument(
        "--output", type=Path, default=_ROOT / "generated/chatcompletions_api", help="default: %(default)s"
    )
    options = parser.parse_args(arguments)
    swap = Swap(options.spec)
    if options.check:
        return command.run("make check-generated", swap, lambda: _check(options.spec, options.output), to_read=True)
    return command.run("make generate", swap, lambda: _generate(options.spec, options.output, swap))


def _generate(spec: Path, output: Path, swap: Swap) -> int:
    with tempfile.TemporaryDirectory(prefix="generate-") as aside:
        made = Path(aside) / output.name
        prepared = build(spec, made)
        swap.replace(package=output, by=made)
    for place, name in prepared.hoisted.made_up.items():
        print(f"{place}: called {name}; give it a name in scripts/names.yaml", file=sys.stderr)
    if stale := prepared.hoisted.stale:
        print(f"scripts/names.yaml has places that {spec.name} does not have: {', '.join(stale)}", file=sys.stderr)
    operations = sum(len(item) for item in prepared.document["paths"].values())
    models = sum(1 for _ in (output / "models").glob("[!_]*.py"))
    print(f"{output.name}: {operations} operations, {models} models")
    return 0


def _check(spec: Path, output: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="generate-") as aside:
        made = Path(aside) / output.name
        build(spec, made)
        found = differences(made, output)
    if found:
        lines = "\n".join(f"  {line}" for line in found)
        print(f"{output.name} is not what {spec.name} gives; run make generate\n{lines}", file=sys.stderr)
        return 1
    print(f"{output.name} is what {spec.name} gives")
    return 0


if __name__ == "__main__":
    sys.exit(main())
