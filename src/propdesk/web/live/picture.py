"""What a live page shows, as named cells and parts: drawn by a template, patched by a script.

A cell is a text, a state or a width; a part is a piece of page that is drawn anew when its shape
changes. It must not ask anybody and keeps nothing.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of page. Equal shapes are the same piece with other figures in its cells.

    ``order`` names its rows where they move: a new order alone draws nothing anew.
    """

    shape: Hashable
    template: str
    context: Mapping[str, Any]
    order: tuple[str, ...] = ()

    def drawn(self, cells: Mapping[str, str]) -> str:
        return render_to_string(self.template, {**self.context, "cells": cells})


@dataclass(frozen=True, slots=True)
class Picture:
    """The cells and parts of one page at one moment."""

    at: int
    tick: int
    cells: Mapping[str, str]
    parts: Mapping[str, Part] = field(default_factory=dict)
