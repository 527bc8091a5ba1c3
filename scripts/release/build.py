"""Build the source distribution and the wheel of the last commit into `dist/` (`make build`)."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from scripts import worktree
from scripts.environments import InstallError, prepare
from scripts.release.version import ROOT, ReleaseError, check, version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Where the distributions go.
DIST: Final = ROOT / "dist"
_TOOLS: Final = ROOT / ".venv/release"
#: The exit code after ctrl-C.
INTERRUPTED: Final = 130
#: Two surroundings that must make no difference.
_SURROUNDINGS: Final = (
    {"TZ": "UTC", "PYTHONHASHSEED": "1", "umask": "022"},
    {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2", "umask": "077"},
)


@dataclass(frozen=True)
class Distributions:
    """What is published.

    Attributes:
        sdist: The source distribution.
        wheel: The wheel.
    """

    sdist: Path
    wheel: Path

    def __iter__(self) -> Iterator[Path]:
        yield from (self.sdist, self.wheel)


def build(root: Path, python: Path, folder: Path) -> Distributions:
    """Build the last commit twice, in folders and surroundings that differ, and compare.

    Args:
        root: The checkout.
        python: An interpreter that has hatchling.
        folder: Where to build, empty.

    Returns:
        The distributions, of which the wheel was built from the source distribution.

    Raises:
        ReleaseError: There is no commit, the build fails, or what it makes depends on more than the commit.
    """
    commit = worktree.last_commit(root)
    if commit is None:
        raise ReleaseError("a release is built from a commit: run this in a checkout of the repository, with git")
    first, second = (
        _build_once(root, python, folder / f"{place}", {**surroundings, "SOURCE_DATE_EPOCH": str(commit[1])})
        for place, surroundings in enumerate(_SURROUNDINGS)
    )
    for one, other in zip(first, second, strict=True):
        if one.name != other.name or one.read_bytes() != other.read_bytes():
            raise ReleaseError(f"{one.name} came out differently the second time: compare {one} and {other}")
    return first


def _build_once(root: Path, python: Path, folder: Path, surroundings: Mapping[str, str]) -> Distributions:
    tree = folder / "tree"
    tree.mkdir(parents=True)
    worktree.export(root, tree)
    sdist = _hatchling(python, "sdist", tree, folder / "sdist", surroundings)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    found = Distributions(sdist, _hatchling(python, "wheel", unpacked, folder / "wheel", surroundings))
    direct = _hatchling(python, "wheel", tree, folder / "direct", surroundings)
    if direct.read_bytes() != found.wheel.read_bytes():
        raise ReleaseError("the wheel of the source distribution is another one than that of the checkout")
    return found


def _hatchling(python: Path, target: str, tree: Path, into: Path, surroundings: Mapping[str, str]) -> Path:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HATCH"))}
    environment.update(surroundings)
    command = [str(python), "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    done = subprocess.run(
        command,
        cwd=tree,
        env=environment,
        umask=int(environment.pop("umask"), 8),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"hatchling cannot build the {target}: {_last_line(done.stderr)}")
    (built,) = into.iterdir()
    return built


def inspect(python: Path, found: Distributions, tree: Path) -> None:
    """Check what would be published with twine and check-wheel-contents.

    Args:
        python: An interpreter that has both.
        found: The distributions.
        tree: What they were made of, with the settings of the tools.

    Raises:
        ReleaseError: One of them finds something; the message holds what it said.
    """
    for command in (
        ["twine", "check", "--strict", *map(str, found)],
        ["check_wheel_contents", str(found.wheel)],
    ):
        tool = [str(python), "-m", *command]
        done = subprocess.run(tool, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise ReleaseError(f"{command[0]} refuses it:\n{done.stdout.rstrip()}")


def publish(found: Distributions, folder: Path) -> list[Path]:
    """Move distributions to where they are published from; those of other versions, which lie there, are removed.

    Args:
        found: The distributions.
        folder: Where they go.

    Returns:
        Their new places.
    """
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("chatcompletions-*"):
        stale.unlink()
    places = []
    for one in found:
        aside = folder / f".{one.name}"
        aside.write_bytes(one.read_bytes())
        places.append(aside.replace(folder / one.name))
    return places


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it gave no reason")


def main(arguments: list[str] | None = None) -> int:
    """Build and check the last commit, and print what is in ``dist/`` then.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0, or 1 after a line on stderr that says what stands in the way, or 130 if ctrl-C ended it.
    """
    parser = argparse.ArgumentParser(prog="make build")
    parser.add_argument("--tag", default="", help="the tag of the release, which must be v and the version")
    options = parser.parse_args(arguments)
    try:
        if worktree.changes(ROOT):
            print("make build: changes that are not committed are left out", file=sys.stderr)
        with TemporaryDirectory() as folder:
            tree = Path(folder, "tree")
            tree.mkdir()
            worktree.export(ROOT, tree)
            for tag in [options.tag or None, *worktree.release_tags(ROOT)]:
                check(tag, tree)
            tools = prepare(_TOOLS, ["--group", "release"])
            found = build(ROOT, tools.python, Path(folder))
            inspect(tools.python, found, tree)
            places = publish(found, DIST)
    except (InstallError, OSError, ReleaseError) as error:
        print(f"make build: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("make build: interrupted", file=sys.stderr)
        return INTERRUPTED
    for place in places:
        digest = hashlib.sha256(place.read_bytes()).hexdigest()
        print(f"{place.relative_to(ROOT)}  {place.stat().st_size:,} bytes  sha256 {digest}")
    commit = worktree.last_commit(ROOT)
    print(f"{version()} of commit {commit[0] if commit else '?'}: built twice, the same bytes; no tool objects")
    return 0


if __name__ == "__main__":
    sys.exit(main())
