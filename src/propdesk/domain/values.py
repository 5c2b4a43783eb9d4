"""The decorator of values that are made by the thousand a second: frozen, and quickly made.

A frozen dataclass sets each field through a call, because it refuses assignments at run time; to
make one costs three to six times as much as one that is not frozen, and that was a fifth of what
a deal cost the engine. Here the type checker is who refuses them, as for any frozen dataclass, and
nobody may get round it.
"""

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ("value",)

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from collections.abc import Callable
    from dataclasses import dataclass, fields

    ClassT = TypeVar("ClassT", bound=type)

    def value(*, frozen: bool, slots: bool, eq: bool = True) -> Callable[[ClassT], ClassT]:
        """``dataclass`` with these words, which must be that it is frozen and has slots."""
        if not (frozen and slots):
            raise TypeError("a value is frozen and has slots")

        def made(cls: ClassT) -> ClassT:
            found = dataclass(slots=True, eq=eq, unsafe_hash=eq)(cls)
            names = tuple(each.name for each in fields(found))

            def state(self: Any) -> list[Any]:
                return [getattr(self, name) for name in names]

            def take(self: Any, state: list[Any]) -> None:
                for name, each in zip(names, state, strict=True):
                    setattr(self, name, each)

            found.__getstate__, found.__setstate__ = state, take
            return found

        return made
