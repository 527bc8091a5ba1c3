import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
Emit = Callable[..., ModuleType]


def run_generator(document: dict[str, Any], folder: Path, templates: Path | None) -> None:
    """Write a package from a prepared document, with our templates or with the generator's own."""
    # Not before it is needed: what a new version moved must not keep test_templates.py from saying what to look at.
    import openapi_python_client
    from openapi_python_client.config import Config, ConfigFile, MetaType

    source = folder.with_suffix(".json")
    source.write_text(json.dumps(document), encoding="utf-8")
    config = Config.from_sources(
        ConfigFile.load_from_path(SCRIPTS / "codegen.yaml"),
        meta_type=MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder,
    )
    problems = openapi_python_client.generate(config=config, custom_template_path=templates)
    assert not problems, problems


@pytest.fixture(scope="session")
def write_package() -> Iterator[Callable[[dict[str, Any], Path, Path | None], None]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]))
        yield run_generator


@pytest.fixture(scope="session")
def emit(
    tmp_path_factory: pytest.TempPathFactory, write_package: Callable[[dict[str, Any], Path, Path | None], None]
) -> Iterator[Emit]:
    """Generate a package of these component schemas with our templates, and import its models."""
    made: list[str] = []
    root = tmp_path_factory.mktemp("emitted")

    def emit_models(schemas: dict[str, Any]) -> ModuleType:
        name = f"emitted_{len(made)}"
        document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
        write_package(document | {"components": {"schemas": schemas}}, root / name, SCRIPTS / "templates")
        made.append(name)
        importlib.invalidate_caches()
        return importlib.import_module(f"{name}.models")

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        yield emit_models
        for name in [module for module in sys.modules if module.split(".")[0] in made]:
            del sys.modules[name]
