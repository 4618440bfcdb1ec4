"""Nouns -> what a notebook and a terminal display.

The plain text is the canonical form; the HTML says the same facts in the same order. Both are drawn
from one :mod:`~coopnb.show.page`, so neither can know something the other does not. Everything that
is displayed is text from outside, and is made harmless in :mod:`~coopnb.show.text`.
"""
