"""Triggers for rows that are written once.

They must not be lifted for a correction: that is another row.
"""

import pgtrigger


def written_once(name: str) -> pgtrigger.Trigger:
    """Refuses to change or delete a row, whoever asks."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func="RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = '23514';",
    )
