"""What an action raises where it may not be done: a code from its closed list, and a sentence.

It must not be raised after the first write: an action is done whole or not at all.
"""


class ActionRefused(Exception):
    """Nothing was changed. The caller shows the sentence; the code is for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
