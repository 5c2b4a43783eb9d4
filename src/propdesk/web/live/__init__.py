"""The live pages: whom they ask, what they show, how changes reach who looks."""
