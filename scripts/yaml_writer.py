"""Write plain values as YAML that readers of YAML 1.1 and of 1.2 understand alike."""

import re
from typing import Any, Final

import yaml

from scripts.yaml_scalars import scalar

_WIDTH: Final = 110
_ESCAPED: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
_LETTERS: Final = ("y", "Y", "n", "N")
_STRING: Final = "tag:yaml.org,2002:str"


class _Dumper(yaml.SafeDumper):
    """Dump with PyYAML's own Python code: the C dumper would save milliseconds and is not on every machine."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style: str | None
    if _ESCAPED.search(value):
        style = '"'
    elif "\n" in value:
        style = "|" if _fits_block(value) else '"'
    else:
        style = None if _is_text(value) else "'"
    return dumper.represent_scalar(_STRING, value, style=style)


def _is_text(value: str) -> bool:
    # The dumper quotes text that PyYAML would read otherwise; some readers also read y and n as booleans.
    try:
        return value not in _LETTERS and isinstance(scalar(value), str)
    except ValueError:
        return False


def _fits_block(value: str) -> bool:
    lines = value.split("\n")
    return not value[0].isspace() and all(line == line.rstrip() for line in lines)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """Write a value as block-style YAML.

    Args:
        value: Dicts with text keys, lists, str, int, float, bool and None.

    Returns:
        The text, in the order of the value's keys, ending in a line break.
    """
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
