"""Check the package that the generator wrote: that nothing was dropped, and that every import leads somewhere."""

import ast
import importlib.util
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts import naming
from scripts.errors import DocumentError

_IMPORT_ALL = """
import importlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(root.parent))
for path in sorted(root.rglob("*.py")):
    parts = path.relative_to(root.parent).with_suffix("").parts
    module = importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    for name in getattr(module, "__all__", ()):
        getattr(module, name)
"""


def check_emitted(package: Path, document: dict[str, Any]) -> None:
    """Check a generated package against its prepared document.

    Args:
        package: The folder of the package.
        document: The prepared document.

    Raises:
        DocumentError: If an operation or a model was dropped, a module does not compile, an import leads nowhere (one
            inside a function or for type checkers included), or the package cannot be imported.
    """
    for path, what in _demanded(document):
        if not (package / path).is_file():
            raise DocumentError(f"the generator dropped {what}: {path} is missing")
    modules = {file.relative_to(package).as_posix(): _parse(file, package) for file in sorted(package.rglob("*.py"))}
    exports = {name: _defined(tree) for name, tree in modules.items()}
    for name, tree in modules.items():
        for line, missing in _dangling(name, tree, exports):
            raise DocumentError(f"{name}, line {line}: {missing} does not exist; the generator dropped it")
    _import_all(package)


def _demanded(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            tag = naming.identifier(operation["tags"][0], "tag")
            module = naming.identifier(operation["operationId"], "field_")
            yield f"api/{tag}/{module}.py", f"{method.upper()} {path}"
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" or "enum" in schema:
            yield f"models/{naming.module_name(name)}.py", f"the model {name}"


def _parse(file: Path, package: Path) -> ast.Module:
    name = file.relative_to(package).as_posix()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            text = file.read_text(encoding="utf-8")
            compile(text, name, "exec", dont_inherit=True)
            return ast.parse(text, name)
    except (SyntaxError, ValueError, Warning) as error:
        raise DocumentError(f"{name} does not compile: {error}") from error


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that a module has, those for type checkers included."""
    names: set[str] = set()
    for node in _statements(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return names


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.If | ast.Try):
            yield from _statements(child)


def _dangling(name: str, tree: ast.Module, exports: dict[str, set[str]]) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each import, or attribute of an imported module, that does not exist."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if not _installed(alias.name))
        elif isinstance(node, ast.ImportFrom) and not node.level:
            if node.module and not _installed(node.module):
                yield node.lineno, node.module
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                target = _target(name, node, alias.name, exports)
                if target is None:
                    yield node.lineno, f"{'.' * node.level}{node.module or ''}: {alias.name}"
                elif target:
                    modules[alias.asname or alias.name] = target
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module is not None and node.attr not in exports[module]:
                yield node.lineno, f"{node.value.id}.{node.attr}"


def _target(name: str, node: ast.ImportFrom, wanted: str, exports: dict[str, set[str]]) -> str | None:
    """Return the module that an import names, an empty text for a name inside a module, or None if there is neither."""
    steps = name.split("/")[: -node.level]
    if len(name.split("/")) < node.level:
        return None
    base = [*steps, *(node.module.split(".") if node.module else [])]
    for candidate in ("/".join([*base, wanted]) + ".py", "/".join([*base, wanted, "__init__.py"])):
        if candidate in exports:
            return candidate
    homes = ("/".join(base) + ".py", "/".join([*base, "__init__.py"]))
    return "" if any(wanted in exports.get(home, ()) for home in homes) else None


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module.split(".")[0]) is not None


def _import_all(package: Path) -> None:
    command = [sys.executable, "-I", "-B", "-W", "error::SyntaxWarning", "-c", _IMPORT_ALL, str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
        raise DocumentError(f"the generated package cannot be imported: {reason}")
