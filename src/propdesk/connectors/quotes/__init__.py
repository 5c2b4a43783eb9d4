"""Files of quotes: ticks and bars of one symbol or several, each format one file."""
