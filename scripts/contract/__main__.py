"""Run the contract checks on a pin and print what they say, as JSON (`make update` calls it on what it made).

`chatcompletions` and `chatcompletions_api` are those that Python finds first.
"""

import json
import sys
from pathlib import Path

import yaml

from chatcompletions_api import models
from scripts.contract import parameters as compared
from scripts.contract.access import security_differences, server_differences
from scripts.contract.answers import facade_sources, hidden_members, missing_models, model_differences
from scripts.contract.behaviour import behaviour_differences
from scripts.contract.differences import address_differences, module_differences
from scripts.contract.layers import addresses, calls, endpoint_modules
from scripts.contract.spec import Spec
from scripts.operations import CHAT_OPERATIONS


def main(pin: str) -> int:
    """Print two lists of sentences: `generated`, faults of the package, and `facade`, where the facade is behind.

    Args:
        pin: Path of the pin.

    Returns:
        0.
    """
    spec = Spec(yaml.load(Path(pin).read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506
    # Without its modules there is nothing to compare.
    generated = module_differences(spec, endpoint_modules()) or _generated_differences(spec)
    facade = [] if generated else _facade_differences(spec)
    print(json.dumps({"generated": generated, "facade": facade}))
    return 0


def _generated_differences(spec: Spec) -> list[str]:
    found = []
    for call in compared.present(spec):
        found += compared.generated_name_differences(spec, call)
        found += compared.generated_required_differences(spec, call)
        found += compared.generated_type_differences(spec, call)
    return found


def _facade_differences(spec: Spec) -> list[str]:
    present = compared.present(spec)
    faults = {call.name: call.fault for call in calls() if call.fault}
    described = {*addresses(), *(present[name].address for name in faults)}
    found = [*server_differences(spec), *security_differences(spec)]
    found += [*faults.values(), *address_differences(spec, described), *hidden_members()]
    found += _missing_models(whole=len(present) == len(CHAT_OPERATIONS))
    for call in present:
        found += compared.facade_name_differences(spec, call)
        found += compared.facade_required_differences(spec, call)
        found += compared.facade_type_differences(spec, call)
        found += compared.facade_class_differences(spec, call)
    lacking = [
        call
        for call, operation in present.items()
        if not spec.required_keywords(operation) <= compared.facade_parameters(spec, call).keys()
    ]
    return found + behaviour_differences(lacking)


def _missing_models(*, whole: bool) -> list[str]:
    """Tell which models the facade names in vain, and put empty classes there, so that its annotations can be read."""
    missing = missing_models(facade_sources(), models.__all__)
    for name in missing:
        setattr(models, name, type(name, (), {}))
    return model_differences(missing, whole=whole)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
