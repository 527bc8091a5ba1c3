"""``chatcompletions completion``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._failure import DONE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_EPILOG = """\
bash:  chatcompletions completion bash > ~/.local/share/bash-completion/completions/chatcompletions
zsh:   chatcompletions completion zsh > ~/.zfunc/_chatcompletions     # with ~/.zfunc in fpath
tcsh:  chatcompletions completion tcsh > ~/.chatcompletions.tcsh      # sourced by ~/.tcshrc"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell")


def run(options: Namespace) -> int:
    """Print a shell's completion of all commands."""
    import shtab

    from ._parser import parser

    print(shtab.complete(parser(), options.shell))
    return DONE
