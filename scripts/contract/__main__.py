"""Run the contract checks on a pin and print what they say, as JSON (`make update` calls it on what it made).

`chatcompletions` and `chatcompletions_api` are those that Python finds first.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

import chatcompletions
from chatcompletions_api import models
from scripts.contract import parameters as compared
from scripts.contract.differences import address_differences, model_differences, module_differences
from scripts.contract.layers import addresses, endpoint_modules
from scripts.contract.spec import Spec


def main(pin: str) -> int:
    """Print two lists of sentences: `generated`, faults of the package, and `facade`, where the facade is behind.

    Args:
        pin: Path of the pin.

    Returns:
        0.
    """
    spec = Spec(yaml.load(Path(pin).read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506
    calls = compared.present(spec)
    generated = module_differences(spec, endpoint_modules())
    facade = [*address_differences(spec, addresses()), *_gone_models()]
    for call in calls:
        generated += compared.generated_name_differences(spec, call)
        generated += compared.generated_required_differences(spec, call)
        generated += compared.generated_type_differences(spec, call)
        facade += compared.facade_name_differences(spec, call)
        facade += compared.facade_required_differences(spec, call)
        facade += compared.facade_type_differences(spec, call)
        facade += compared.facade_class_differences(spec, call)
    print(json.dumps({"generated": generated, "facade": facade}))
    return 0


def _gone_models() -> list[str]:
    """Tell which models the facade names in vain, and put empty classes there, so that its annotations can be read."""
    folder = Path(chatcompletions.__file__).parent
    sources = {
        f"facade/{path.relative_to(folder.parent).as_posix()}": path.read_text("utf-8")
        for path in sorted(folder.glob("*.py"))
    }
    for source in sources.values():
        for sentence in model_differences({"": source}, models.__all__):
            name = sentence.split("models.", 1)[1].split(",", 1)[0]
            setattr(models, name, type(name, (), {}))
    return model_differences(sources, models.__all__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
