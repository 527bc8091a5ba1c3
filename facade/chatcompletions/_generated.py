"""The generated models, with a stand-in for each model that the pinned spec does not have.

An older spec has fewer models. With a stand-in the classes of the facade that build on one can still be declared, so
that everything that the spec does have works; reading an answer into it is an error that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._base_error import UnsupportedOperationError

if TYPE_CHECKING:
    from chatcompletions_api import models as models
else:
    import chatcompletions_api.models

    class _Models:
        """A cache of the models, each of which is looked up once."""

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            model = getattr(chatcompletions_api.models, name, None) or stand_in(name)
            setattr(self, name, model)
            return model

    models = _Models()


class Absent:
    """The base of the stand-ins for models that the pinned spec does not have; none can be read."""

    __slots__ = ()

    @classmethod
    def from_dict(cls, src_dict: Any) -> Any:  # noqa: ARG003 - the signature is the models'
        """Refuse to read an answer.

        Raises:
            UnsupportedOperationError: Always; it names the model.
        """
        names = [base.__name__ for base in cls.__mro__ if Absent in base.__bases__]
        raise UnsupportedOperationError(f"the pinned spec has no {names[-1]}, which this answer would be read into")


def stand_in(name: str) -> type[Absent]:
    """Make a stand-in for a model that the pinned spec does not have."""
    return type(name, (Absent,), {"__slots__": (), "__doc__": Absent.__doc__})
